// Which events of the bridge itself go to the outputs. Plain data with its defaults.
#pragma once

#include <chrono>
#include <cstddef>

namespace flowcef {

struct EventsConfig {
  bool enabled = true;
  /// Silence of an exporter is told after so long, or after three times what is usual with it; 0: never.
  std::chrono::milliseconds silent_after{60'000};
  std::chrono::milliseconds clock_skew{300'000};   ///< of an exporter's clock, either way; 0: never told
  std::chrono::milliseconds books_every{300'000};  ///< 0: never
  std::size_t max_per_minute = 60;                 ///< of each kind but the books

  friend bool operator==(const EventsConfig&, const EventsConfig&) = default;
};

}  // namespace flowcef
