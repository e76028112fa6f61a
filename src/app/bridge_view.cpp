#include "flowcef/app/bridge_view.hpp"

#include <algorithm>

namespace flowcef {
namespace {

std::string seconds_text(std::int64_t ns) {
  return std::to_string(ns / 1'000'000'000) + " s";
}

}  // namespace

std::vector<MappingName> mapping_names(const BridgeTranslation& translation) {
  std::vector<MappingName> names;
  for (const auto& mapping : translation.mappings) {
    MappingName name{mapping->file.string(), mapping->hash};
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

std::string illness_of(const BridgeView& view, std::int64_t now_ns) {
  const BridgeSurvey& survey = view.survey;
  // While the bridge stops, workers are gone and nobody makes a new view.
  if (view.is_stopping) return {};
  if (now_ns - survey.taken_ns > kMaxViewAge) {
    return "nothing was heard of the bridge for " + seconds_text(now_ns - survey.taken_ns);
  }
  for (std::size_t i = 0; i < survey.workers.size(); ++i) {
    const WorkerPulse& worker = survey.workers[i];
    const std::int64_t age = survey.taken_ns - worker.taken_ns;
    if (!worker.can_wait && age > kMaxSurveyAge) {
      return "worker " + std::to_string(i) + " has not told of itself for " + seconds_text(age);
    }
  }
  return {};
}

std::vector<std::string> imbalances_of(const BridgeView& view) {
  std::vector<std::string> found;
  for (const OutputBooksEntry& output : view.survey.books.outputs()) {
    const RenderedCounts& rendered = output.rendered;
    if (rendered.records() != output.offered) {
      found.push_back("output " + output.name + ": of " + std::to_string(output.offered) + " records sent on, " +
                      std::to_string(rendered.records()) + " were rendered or dropped");
    }
    if (!output.counts.balanced()) {
      const OutputCounts& counts = output.counts;
      found.push_back("output " + output.name + ": of " + std::to_string(counts.submitted + counts.restored) +
                      " lines, " +
                      std::to_string(counts.delivered + counts.queued + counts.spooled + counts.dropped_lines()) +
                      " were delivered, wait or were dropped");
    }
  }
  return found;
}

bool is_up(const OutputStatus& output) {
  return std::ranges::find(output.links, LinkState::open, &LinkStatus::state) != output.links.end();
}

}  // namespace flowcef
