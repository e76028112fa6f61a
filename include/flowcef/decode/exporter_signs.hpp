// What an exporter's messages tell of the exporter itself, noted by the message and by the template.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace flowcef {

/// How far an exporter's clock is behind ours, as its export headers tell: the least of arrival less export time within
/// a window, as the way here and waiting in buffers only add to it. Flow times have no part in it.
/// Thread: one.
class ExporterClock {
 public:
  static constexpr std::int64_t kWindowNs = 20'000'000'000;

  /// Input: arrival since 1970, 0: unknown; the header's time since 1970.
  void take(std::int64_t received_ns, std::int64_t export_ms) noexcept;

  /// Returns: windows that are over.
  [[nodiscard]] std::uint64_t windows() const noexcept { return windows_; }
  /// Returns: of the latest window that is over, in milliseconds; negative: the exporter's clock is ahead.
  [[nodiscard]] std::int64_t behind_ms() const noexcept { return behind_ms_; }

 private:
  std::int64_t began_ns_ = 0;
  std::int64_t least_ms_ = std::numeric_limits<std::int64_t>::max();
  std::uint64_t windows_ = 0;
  std::int64_t behind_ms_ = 0;
};

/// Counted since the exporter was first heard.
struct ExporterSigns {
  std::uint64_t timed_sets = 0;           ///< data sets of flows, and
  std::uint64_t event_sets = 0;           ///< of events as they happen, see Template::tells_events
  std::uint64_t held_sets = 0;            ///< had to wait for their template, of which
  std::uint64_t recovered_sets = 0;       ///< were decoded when it came, and
  std::uint64_t abandoned_sets = 0;       ///< were given up
  std::uint64_t templates_redefined = 0;  ///< now have other fields
  std::uint16_t redefined_template = 0;   ///< id of the latest one
  std::uint64_t sampling_changes = 0;
  std::uint64_t sampling_before = 0;  ///< one packet out of so many, at the latest change, and
  std::uint64_t sampling_now = 0;     ///< since
  ExporterClock clock;

  [[nodiscard]] std::uint64_t waiting_sets() const noexcept {
    const std::uint64_t over = recovered_sets + abandoned_sets;
    return held_sets - std::min(held_sets, over);
  }

  void note_sampling(std::uint64_t before, std::uint64_t now) noexcept {
    ++sampling_changes;
    sampling_before = before;
    sampling_now = now;
  }
};

}  // namespace flowcef
