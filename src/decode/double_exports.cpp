#include "flowcef/decode/double_exports.hpp"

namespace flowcef {
namespace {

/// Intermediate records come every few minutes at most, those of UDP flows up to an hour late: a unit in use sends some
/// all the time.
constexpr std::int64_t kLatelyNs = 600'000'000'000;

}  // namespace

bool DoubleExports::keeps(const DataSet& set) {
  const ExportFormat format = set.layout.format;
  if (format != ExportFormat::netflow5 && format != ExportFormat::layout) return true;
  const ExporterSettings* settings = set.context.settings;
  switch (settings == nullptr ? KeptRecords::automatic : settings->keep) {
    case KeptRecords::all:
      return true;
    case KeptRecords::layouts:
      return format == ExportFormat::layout;
    case KeptRecords::netflow5:
      return format == ExportFormat::netflow5;
    case KeptRecords::automatic:
      break;
  }
  if (format == ExportFormat::netflow5) return heard_.size() == 0 || !has_layout(set.context);
  note_layout(set);
  return true;
}

void DoubleExports::note_layout(const DataSet& set) {
  const IpAddress& exporter = set.context.exporter.address;
  if (Heard* known = heard_.find(exporter)) {
    known->at_ns = set.context.received_ns;
  } else {
    heard_.insert(exporter, {set.context.received_ns, set.layout.name, false});
  }
}

bool DoubleExports::has_layout(const ExportContext& context) {
  Heard* known = heard_.find(context.exporter.address);
  if (known == nullptr || context.received_ns - known->at_ns >= kLatelyNs) return false;
  if (!known->reported && report_) report_(context.exporter.address, known->layout);
  known->reported = true;
  return true;
}

}  // namespace flowcef
