#include "flowcef/app/record_path.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace flowcef {

RecordPath::RecordPath(const ElementRegistry& registry, BatchPool& pool, const std::vector<RenderingPlan>& plans,
                       const std::vector<InputState*>& inputs, DeadLetterFile* dead_letters)
    : registry_(&registry), pool_(pool), dead_letters_(dead_letters) {
  begin_renderings(plans);
  for (InputState* input : inputs) add_input(*input);
}

RecordPath::RecordPath(const Translation& translation, BatchPool& pool, std::vector<RenderingPlan> plans,
                       const std::vector<InputState*>& inputs, DeadLetterFile* dead_letters)
    : RecordPath(translation.registry, pool, with_mapping(std::move(plans), translation.mapping), inputs,
                 dead_letters) {}

std::vector<RenderingPlan> RecordPath::with_mapping(std::vector<RenderingPlan> plans, const Mapping& mapping) {
  for (RenderingPlan& plan : plans) plan.mapping = &mapping;
  return plans;
}

void RecordPath::begin_renderings(const std::vector<RenderingPlan>& plans) {
  for (const RenderingPlan& plan : plans) {
    render_counters_.push_back(std::make_unique<RenderCounters>());
    mappings_.push_back(plan.mapping);
    renderers_.push_back(
        std::make_unique<Renderer>(*plan.mapping, plan.config, pool_, *render_counters_.back(), plan.deliver));
    renderers_.back()->follow_path(plan.path_limit);
    renderers_.back()->look_up_in(reader_ ? &*reader_ : nullptr);
  }
}

/// One rendering speaks for all that share its mapping.
void RecordPath::report_unmapped(Renderer::ReportUnmapped report) {
  report_unmapped_ = std::move(report);
  for (std::size_t i = 0; i < renderers_.size(); ++i) {
    const bool is_first =
        std::ranges::find(mappings_, mappings_[i]) == mappings_.begin() + static_cast<std::ptrdiff_t>(i);
    if (is_first) renderers_[i]->report_unmapped(report_unmapped_);
  }
}

void RecordPath::look_up_in(Lookups* lookups) {
  lookups_ = lookups;
  reader_.reset();
  if (lookups_ != nullptr) reader_.emplace(*lookups_);
  for (const auto& renderer : renderers_) renderer->look_up_in(reader_ ? &*reader_ : nullptr);
  for (const auto& input : inputs_) input->fill(lookups_);
}

void RecordPath::replicate_by(MakeReplicator make) {
  make_replicator_ = std::move(make);
  for (const auto& input : inputs_) input->replicate_by(make_replicator_(input->input_name()));
}

InputPath& RecordPath::add_input(InputState& input) {
  InputPath& path = *inputs_.emplace_back(std::make_unique<InputPath>(*registry_, input, memory_, dead_letters_,
                                                                      [this](const DataSet& set) { render(set); }));
  path.report_refused(report_refused_);
  path.fill(lookups_);
  if (make_replicator_) path.replicate_by(make_replicator_(input.name));
  return path;
}

void RecordPath::remove_input(InputPath& path) {
  std::erase_if(inputs_, [&path](const auto& known) { return known.get() == &path; });
}

std::vector<std::unique_ptr<RenderCounters>> RecordPath::reconfigure(const ElementRegistry& registry,
                                                                     const std::vector<RenderingPlan>& plans,
                                                                     DeadLetterFile* dead_letters) {
  end_merging();
  renderers_.clear();
  mappings_.clear();
  std::vector<std::unique_ptr<RenderCounters>> ended = std::exchange(render_counters_, {});
  registry_ = &registry;
  dead_letters_ = dead_letters;
  begin_renderings(plans);
  report_unmapped(report_unmapped_);
  for (const auto& input : inputs_) input->reconfigure(registry, dead_letters);
  return ended;
}

void RecordPath::set_event_ids(std::string prefix, std::uint64_t first) {
  event_prefix_ = std::move(prefix);
  next_event_ = first;
}

void RecordPath::tick(std::int64_t now_ns) {
  for (const auto& input : inputs_) input->tick(now_ns);
  flush();
}

void RecordPath::end_merging() {
  for (const auto& input : inputs_) input->end_merging();
  flush();
}

bool RecordPath::is_waiting() const noexcept {
  return std::ranges::any_of(inputs_, [](const auto& input) { return input->is_waiting(); });
}

void RecordPath::decode_due() {
  for (const auto& input : inputs_) input->decode_due();
  flush();
}

void RecordPath::flush() {
  for (const auto& input : inputs_) input->flush();
  for (const auto& renderer : renderers_) renderer->flush();
}

void RecordPath::finish() {
  for (const auto& input : inputs_) input->finish();
  flush();
}

void RecordPath::emit(const std::vector<BridgeEvent>& events) {
  bool is_routine = true;  // other events are in batches of their own
  for (const BridgeEvent& event : events) {
    if (std::exchange(is_routine, event.is_routine) != event.is_routine) flush();
    const std::string id = event_prefix_ + std::to_string(next_event_);
    for (const auto& renderer : renderers_) renderer->write_event(event, id, next_event_);
    ++next_event_;
  }
  flush();
}

void RecordPath::render(const DataSet& set) {
  if (reader_) reader_->begin();
  for (const auto& renderer : renderers_) renderer->render(set, {event_prefix_, next_event_});
  if (reader_) reader_->end();
  next_event_ += set.record_count;
}

}  // namespace flowcef
