#include "flowcef/app/survey.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace flowcef {

void InputReport::add(const InputReport& other) {
  datagrams += other.datagrams;
  records += other.records;
  refused += other.refused;
  kernel_drops += other.kernel_drops;
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

void survey_exporters(const std::string& input, bool is_live, const ExporterTable& exporters, WorkerSurvey& into) {
  std::size_t listed = 0;
  exporters.for_each([&](const Exporter& exporter) {
    if (listed == kMaxReportedExporters) {
      into.unlisted.add(exporter.counts);
      ++into.unlisted_exporters;
      return;
    }
    ++listed;
    ExporterReport& report = into.exporters.emplace_back();
    report.input = input;
    report.is_live = is_live;
    report.address = exporter.address;
    report.counts = exporter.counts;
    report.signs = exporter.signs;
    report.silent_after = exporter.settings.silent_after;
    report.taken_ns = into.taken_ns;
    report.last_heard_ns = exporter.last_heard_ns;
    report.domains = exporter.domains.size();
    for (const auto& [key, domain] : exporter.domains) {
      report.templates += domain.templates.size();
      report.missing += domain.sequence.missing();
    }
  });
  into.unlisted.add(exporters.forgotten());
}

}  // namespace flowcef
