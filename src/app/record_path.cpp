#include "flowcef/app/record_path.hpp"

#include <utility>

namespace flowcef {

RecordPath::RecordPath(const Translation& translation, BatchPool& pool, const std::vector<RenderingPlan>& plans,
                       const std::vector<InputState*>& inputs, DeadLetterFile* dead_letters) {
  for (const RenderingPlan& plan : plans) {
    render_counters_.push_back(std::make_unique<RenderCounters>());
    renderers_.push_back(
        std::make_unique<Renderer>(translation.mapping, plan.config, pool, *render_counters_.back(), plan.deliver));
  }
  for (InputState* input : inputs) {
    inputs_.push_back(std::make_unique<InputPath>(translation.registry, *input, dead_letters,
                                                  [this](const DataSet& set) { render(set); }));
  }
}

/// One rendering speaks for all, as they share the mapping.
void RecordPath::report_unmapped(const Renderer::ReportUnmapped& report) {
  if (!renderers_.empty()) renderers_.front()->report_unmapped(report);
}

void RecordPath::set_event_ids(std::string prefix, std::uint64_t first) {
  event_prefix_ = std::move(prefix);
  next_event_ = first;
}

void RecordPath::end_session(std::size_t input, const IpAddress& exporter, std::uint64_t session) {
  inputs_[input]->end_session(exporter, session);
}

void RecordPath::tick(std::int64_t now_ns) {
  for (const auto& input : inputs_) input->tick(now_ns);
}

void RecordPath::flush() {
  for (const auto& renderer : renderers_) renderer->flush();
}

void RecordPath::finish() {
  for (const auto& input : inputs_) input->finish();
  flush();
}

void RecordPath::render(const DataSet& set) {
  for (const auto& renderer : renderers_) renderer->render(set, {event_prefix_, next_event_});
  next_event_ += set.record_count;
}

}  // namespace flowcef
