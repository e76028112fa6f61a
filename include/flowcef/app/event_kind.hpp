// The events that the bridge tells of itself: docs/events.md says of each what it means and what to do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace flowcef {

enum class EventKind : std::uint8_t {
  exporter_silent,
  exporter_back,
  exporter_interval,
  sequence_gap,
  template_missing,
  template_redefined,
  sampling_changed,
  clock_skew,
  clock_right,
  clock_step,
  kernel_drops,
  output_down,
  output_up,
  output_slow,
  output_fast,
  output_spooling,
  output_caught_up,
  spool_near_full,
  output_drops,
  exporter_books,
  output_books,
};

inline constexpr std::size_t kEventKindCount = 21;

struct EventKindInfo {
  std::string_view signature;
  std::string_view name;
  std::uint8_t severity;
  bool logged;  ///< here; of the others the log tells already, or they are books
};

[[nodiscard]] const EventKindInfo& info_of(EventKind kind) noexcept;

}  // namespace flowcef
