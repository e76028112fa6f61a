// Keeps a repeating log message to one in an interval and says how many it held back.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace flowcef {

/// Thread: one.
class RateLimiter {
 public:
  explicit RateLimiter(std::chrono::nanoseconds interval) : interval_(interval) {}

  /// Returns: nothing if the message must be held back, or else how many were held back since the last one.
  [[nodiscard]] std::optional<std::uint64_t> allow(std::chrono::steady_clock::time_point now) {
    if (last_ && now - *last_ < interval_) {
      ++held_back_;
      return std::nullopt;
    }
    last_ = now;
    return std::exchange(held_back_, 0);
  }

 private:
  std::chrono::nanoseconds interval_;
  std::optional<std::chrono::steady_clock::time_point> last_;
  std::uint64_t held_back_ = 0;
};

}  // namespace flowcef
