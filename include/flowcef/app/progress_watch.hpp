// Whether threads that tick make progress. Knows no clock and no thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace flowcef {

/// Thread: one.
class ProgressWatch {
 public:
  using Clock = std::chrono::steady_clock;

  /// Input: `patience`: how long a thread may go without a tick.
  explicit ProgressWatch(Clock::duration patience) : patience_(patience) {}

  /// Input:   how often each thread has ticked until now, the same threads in every call.
  /// Returns: the thread that has not ticked for longest, if that is longer than it may; -1: all go on.
  [[nodiscard]] int find_stuck(std::span<const std::uint64_t> ticks, Clock::time_point now);

 private:
  struct Seen {
    std::uint64_t ticks = 0;
    Clock::time_point since;
  };

  Clock::duration patience_;
  std::vector<Seen> seen_;
};

}  // namespace flowcef
