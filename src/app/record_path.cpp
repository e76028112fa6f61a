#include "flowcef/app/record_path.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace flowcef {

RecordPath::RecordPath(const ElementRegistry& registry, BatchPool& pool, const std::vector<RenderingPlan>& plans,
                       const std::vector<InputState*>& inputs, DeadLetterFile* dead_letters) {
  for (const RenderingPlan& plan : plans) {
    render_counters_.push_back(std::make_unique<RenderCounters>());
    mappings_.push_back(plan.mapping);
    renderers_.push_back(
        std::make_unique<Renderer>(*plan.mapping, plan.config, pool, *render_counters_.back(), plan.deliver));
  }
  for (InputState* input : inputs) {
    inputs_.push_back(
        std::make_unique<InputPath>(registry, *input, dead_letters, [this](const DataSet& set) { render(set); }));
  }
}

RecordPath::RecordPath(const Translation& translation, BatchPool& pool, std::vector<RenderingPlan> plans,
                       const std::vector<InputState*>& inputs, DeadLetterFile* dead_letters)
    : RecordPath(translation.registry, pool, with_mapping(std::move(plans), translation.mapping), inputs,
                 dead_letters) {}

std::vector<RenderingPlan> RecordPath::with_mapping(std::vector<RenderingPlan> plans, const Mapping& mapping) {
  for (RenderingPlan& plan : plans) plan.mapping = &mapping;
  return plans;
}

/// One rendering speaks for all that share its mapping.
void RecordPath::report_unmapped(const Renderer::ReportUnmapped& report) {
  for (std::size_t i = 0; i < renderers_.size(); ++i) {
    const bool is_first =
        std::ranges::find(mappings_, mappings_[i]) == mappings_.begin() + static_cast<std::ptrdiff_t>(i);
    if (is_first) renderers_[i]->report_unmapped(report);
  }
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
