// How long to wait before the next attempt: exponential, with jitter so that many senders do not return at
// once.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace flowcef {

/// Each wait is drawn from [base / 2, base]; base starts at twice the minimum and doubles up to the maximum,
/// so no wait is below the minimum or above the maximum. Thread: one.
class Backoff {
 public:
  using Milliseconds = std::chrono::milliseconds;

  Backoff(Milliseconds min, Milliseconds max, std::uint64_t seed)
      : min_(min), max_(std::max(min, max)), base_(first_base()), random_(seed) {}

  [[nodiscard]] Milliseconds next() {
    const Milliseconds shortest = std::max(min_, base_ / 2);
    std::uniform_int_distribution<Milliseconds::rep> draw(shortest.count(), base_.count());
    base_ = std::min(base_ * 2, max_);
    return Milliseconds(draw(random_));
  }

  void reset() { base_ = first_base(); }

 private:
  [[nodiscard]] Milliseconds first_base() const { return std::min(std::max(min_ * 2, Milliseconds(1)), max_); }

  Milliseconds min_;
  Milliseconds max_;
  Milliseconds base_;
  std::mt19937_64 random_;
};

}  // namespace flowcef
