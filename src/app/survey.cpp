#include "flowcef/app/survey.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

namespace flowcef {

void InputReport::add(const InputReport& other) {
  datagrams += other.datagrams;
  records += other.records;
  refused += other.refused;
  kernel_drops += other.kernel_drops;
  held_sets += other.held_sets;
  missing_templates += other.missing_templates;
  held_bytes = std::max(held_bytes, other.held_bytes);
}

void BridgeSurvey::add(const WorkerSurvey& worker) {
  books.add(worker.books);
  by_plan.resize(std::max(by_plan.size(), worker.by_plan.size()));
  for (std::size_t i = 0; i < worker.by_plan.size(); ++i) by_plan[i] += worker.by_plan[i];
  for (const InputReport& input : worker.inputs) {
    const auto known = std::ranges::find(inputs, input.name, &InputReport::name);
    if (known == inputs.end()) {
      inputs.push_back(input);
    } else {
      known->add(input);
    }
  }
  exporters.insert(exporters.end(), worker.exporters.begin(), worker.exporters.end());
  unlisted_exporters += worker.unlisted_exporters;
  unlisted.add(worker.unlisted);
}

namespace {

ExporterReport report_of(const Exporter& exporter) {
  ExporterReport report;
  report.address = exporter.address;
  report.counts = exporter.counts;
  report.signs = exporter.signs;
  report.silent_after = exporter.settings.silent_after;
  report.last_heard_ns = exporter.last_heard_ns;
  report.held_sets = exporter.signs.waiting_sets();
  report.domains = exporter.domains.size();
  for (const auto& [key, domain] : exporter.domains) {
    report.templates += domain.templates.size();
    report.missing += domain.sequence.missing();
  }
  return report;
}

}  // namespace

Standing standing_of(const ExporterCounts& counts) noexcept {
  if (counts.records != 0) return Standing::records;
  return counts.datagrams != 0 ? Standing::messages : Standing::stranger;
}

void survey_exporters(const std::string& input, bool is_live, const ExporterTable& exporters, WorkerSurvey& into) {
  std::array<std::vector<const Exporter*>, 3> by_standing;
  exporters.for_each([&](const Exporter& exporter) {
    by_standing.at(static_cast<std::size_t>(standing_of(exporter.counts))).push_back(&exporter);
  });
  std::size_t listed = 0;
  for (const auto& alike : by_standing) {
    for (const Exporter* exporter : alike) {
      if (listed == kMaxReportedExporters) {
        into.unlisted.add(exporter->counts);
        ++into.unlisted_exporters;
        continue;
      }
      ++listed;
      ExporterReport& report = into.exporters.emplace_back(report_of(*exporter));
      report.input = input;
      report.is_live = is_live;
      report.taken_ns = into.taken_ns;
    }
  }
  into.unlisted.add(exporters.forgotten());
}

}  // namespace flowcef
