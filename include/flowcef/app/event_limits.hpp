// Keeps the bridge's own events few: each kind within a number a minute, and of one subject once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "flowcef/app/event_kind.hpp"

namespace flowcef {

/// Who is refused asks again: nothing is lost by it but its time. Of those, the ones that have waited longest have their
/// turn in the next minute.
/// Thread: one.
class EventLimits {
 public:
  /// Input:   `subject`: the exporter or output; the time of day in nanoseconds
  /// Returns: nothing if the event has to wait, or else how many others of its kind have waited since the last one.
  [[nodiscard]] std::optional<std::uint64_t> allow(EventKind kind, std::string_view subject, std::int64_t now_ns,
                                                   std::size_t max_per_minute);

 private:
  using Key = std::pair<EventKind, std::string>;
  struct Waiting {
    std::uint64_t since = 0;    ///< number of the refusal
    std::int64_t asked_ns = 0;  ///< the last time
    bool has_turn = false;
  };

  void begin_minute(std::int64_t now_ns, std::size_t max_per_minute);

  std::int64_t began_ns_ = 0;  ///< of the minute
  std::array<std::size_t, kEventKindCount> sent_{};
  std::array<std::uint64_t, kEventKindCount> held_back_{};
  std::array<std::size_t, kEventKindCount> turns_{};  ///< of those that wait
  std::set<Key> told_;                                ///< within the minute
  std::map<Key, Waiting> waiting_;                    ///< refused for want of room, and not told since
  std::uint64_t refusals_ = 0;
};

}  // namespace flowcef
