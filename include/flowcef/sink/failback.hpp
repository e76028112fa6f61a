// When the first of several receivers gets the lines again, while another one has them.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace flowcef {

/// The first one is tried from time to time, and is back once each attempt of the last `hold` could reach it. One that can
/// be reached and yet takes nothing must hold out for twice as long each time.
/// Thread: one.
class Failback {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Milliseconds = std::chrono::milliseconds;

  /// Between two attempts; within these a tenth of the wanted `hold`.
  static constexpr Milliseconds kProbeMin{100};
  static constexpr Milliseconds kProbeMax{10'000};

  static constexpr std::chrono::hours kHoldMax{1};

  explicit Failback(Milliseconds hold) : wanted_(hold), hold_(hold) {}

  /// Another receiver has the lines from now on.
  void begin(TimePoint now) {
    reachable_since_.reset();
    probe_later(now);
  }
  void end() { probe_at_.reset(); }
  /// The first receiver had the lines, and took nothing any more, or is gone otherwise.
  void first_is_gone(bool took_nothing) {
    hold_ = took_nothing ? std::max(wanted_, std::min<Milliseconds>(hold_ * 2, kHoldMax)) : wanted_;
  }
  /// Returns: when the first receiver is to be tried; nothing: not at all, or an attempt is under way.
  [[nodiscard]] std::optional<TimePoint> probe_at() const noexcept { return probe_at_; }
  void probing() { probe_at_.reset(); }
  /// The attempt has ended. Returns: whether the first receiver is back.
  [[nodiscard]] bool probed(bool reachable, TimePoint now) {
    probe_later(now);
    if (!reachable) {
      reachable_since_.reset();
      return false;
    }
    if (!reachable_since_) reachable_since_ = now;
    return now - *reachable_since_ >= hold_;
  }

 private:
  void probe_later(TimePoint now) { probe_at_ = now + std::clamp(wanted_ / 10, kProbeMin, kProbeMax); }

  Milliseconds wanted_;
  Milliseconds hold_;
  std::optional<TimePoint> probe_at_;
  std::optional<TimePoint> reachable_since_;
};

}  // namespace flowcef
