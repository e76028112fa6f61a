// Finds what the SIEM would not see: compares what the bridge says of itself now with what it said before.
#pragma once

#include <cstdint>
#include <vector>

#include "flowcef/app/event_limits.hpp"
#include "flowcef/app/events_config.hpp"
#include "flowcef/app/exporter_watch.hpp"
#include "flowcef/app/output_watch.hpp"
#include "flowcef/app/survey.hpp"
#include "flowcef/log/log.hpp"

namespace flowcef {

/// Knows no clock but that of the surveys.
/// Thread: one.
class Watch {
 public:
  /// Input: where events go too of which the log does not tell already
  explicit Watch(Logger log) : log_(std::move(log)) {}

  /// Takes what was lost until now for told. For a watch that begins while the bridge runs.
  void begin(const BridgeSurvey& now);
  /// To be called once a second.
  /// Returns: what there is to tell, most of it the worst first.
  [[nodiscard]] std::vector<BridgeEvent> compare(const BridgeSurvey& now, const EventsConfig& config);

 private:
  bool take(Finding found, const EventsConfig& config);
  void watch_kernel(const BridgeSurvey& now, const ReportFinding& report);
  void tell_books(const BridgeSurvey& now, const EventsConfig& config);
  void add(Finding found);

  Logger log_;
  EventLimits limits_;
  ExporterWatch exporters_;
  OutputWatch outputs_;
  std::uint64_t kernel_drops_told_ = 0;
  std::int64_t booked_ns_ = 0;
  std::int64_t now_ns_ = 0;
  std::vector<BridgeEvent> events_;
};

}  // namespace flowcef
