// Looks for outputs that are down, slow, spooling or losing lines.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "flowcef/app/event_report.hpp"
#include "flowcef/app/output_group.hpp"

namespace flowcef {

/// Thread: one.
class OutputWatch {
 public:
  /// Takes the lines that were dropped until now for told.
  void begin(const std::vector<OutputStatus>& outputs);
  /// Input: the time of day in nanoseconds
  void compare(const std::vector<OutputStatus>& outputs, std::int64_t now_ns, const ReportFinding& report);
  void books(const std::vector<OutputStatus>& outputs, const ReportFinding& report) const;

 private:
  /// Something that has to last before it is told, and to be over before that is told.
  struct Condition {
    std::int64_t since_ns = 0;  ///< 0: it does not hold
    bool told = false;
  };
  struct Watched {
    Condition down;
    Condition slow;
    Condition spooling;
    Condition near_full;
    Condition spool_trouble;
    std::uint64_t dropped_told = 0;
    std::map<std::string, std::uint64_t, std::less<>> dropped_by_reason;
  };

  void watch_reach(Watched& watched, const OutputStatus& output, const ReportFinding& tell) const;
  void watch_pace(Watched& watched, const OutputStatus& output, const ReportFinding& tell) const;
  void watch_spool(Watched& watched, const OutputStatus& output, const ReportFinding& tell) const;
  static void watch_drops(Watched& watched, const OutputStatus& output, const ReportFinding& tell);
  /// Returns: whether it has held for `least_ns` and was not told.
  [[nodiscard]] bool is_news(Condition& condition, bool holds, std::int64_t least_ns) const;

  std::map<std::string, Watched> watched_;  ///< by name
  std::int64_t now_ns_ = 0;
};

}  // namespace flowcef
