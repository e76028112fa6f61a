// Holds a sender to a rate: so many a second, and after a pause a burst at once.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace flowcef {

/// Full at first.
/// Thread: one.
class TokenBucket {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  /// Input: `rate` above 0: tokens a second; `burst`: how many the bucket holds, at least 1.
  TokenBucket(std::size_t rate, std::size_t burst, TimePoint now)
      : rate_(static_cast<double>(rate)),
        size_(static_cast<double>(std::max<std::size_t>(burst, 1))),
        tokens_(size_),
        at_(now) {}

  /// Returns: how many may be taken now.
  [[nodiscard]] std::size_t available(TimePoint now) {
    tokens_ = std::min(size_, tokens_ + std::chrono::duration<double>(now - at_).count() * rate_);
    at_ = now;
    return static_cast<std::size_t>(tokens_);
  }
  /// Input: not more than were available.
  void take(std::size_t tokens) { tokens_ -= static_cast<double>(tokens); }

  /// Returns: how long to wait until it is worth while to look again: for one token, or for those of a millisecond if
  ///          the bucket holds twice as many.
  [[nodiscard]] Duration wait() const {
    const double wanted = std::max(1.0, std::min(size_ / 2, rate_ / 1000));
    const std::chrono::duration<double> missing(std::max(0.0, wanted - tokens_) / rate_);
    return std::chrono::ceil<Duration>(missing);
  }

 private:
  double rate_;
  double size_;
  double tokens_;
  TimePoint at_;
};

}  // namespace flowcef
