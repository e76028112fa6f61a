#include "flowcef/app/record_path.hpp"

#include <utility>

namespace flowcef {

RecordPath::RecordPath(const Translation& translation, BatchPool& pool, const std::vector<RenderingPlan>& plans)
    : decoder_(translation.registry, decode_counters_, *this) {
  for (const RenderingPlan& plan : plans) {
    render_counters_.push_back(std::make_unique<RenderCounters>());
    renderers_.push_back(
        std::make_unique<Renderer>(translation.mapping, plan.config, pool, *render_counters_.back(), plan.deliver));
  }
}

void RecordPath::set_event_ids(std::string prefix, std::uint64_t first) {
  event_prefix_ = std::move(prefix);
  next_event_ = first;
}

void RecordPath::flush() {
  for (const auto& renderer : renderers_) renderer->flush();
}

void RecordPath::on_data_set(const DataSet& set) {
  for (const auto& renderer : renderers_) renderer->render(set, {event_prefix_, next_event_});
  next_event_ += set.record_count;
}

}  // namespace flowcef
