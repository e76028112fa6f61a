// How to get on with a receiver that breaks off every connection before it has read what its kernel acknowledged.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace flowcef {

/// Such a receiver never shows how much it has read, so each connection would repeat the same lines for ever. But one that
/// we end ourselves, and that the peer then ends with FIN and not with a reset, was read to its end. So after some that
/// came to nothing, connections are ended after so many bytes that the receiver may bear with them: half as many as the
/// last time when that came to nothing, more of them when it went well.
/// Thread: one.
class ShortConnections {
 public:
  static constexpr int kFruitless = 2;

  /// Input: bytes that the peer acknowledged on a connection that broke, and whether one of them need not go again.
  void broke(std::uint64_t acknowledged, bool got_on) {
    if (got_on || acknowledged == 0) {
      fruitless_ = 0;
      return;
    }
    if (++fruitless_ < kFruitless && !limit_) return;
    limit_ = std::max<std::uint64_t>(std::min(acknowledged, limit_.value_or(acknowledged)) / 2, 1);
  }

  /// A connection was read to its end.
  /// Input: bytes that may be acknowledged and not read: with more than that a connection gets on anyway.
  void read_to_end(std::uint64_t unread_at_most) {
    fruitless_ = 0;
    limit_ = *limit_ + *limit_ / 4 + 1;
    if (*limit_ > unread_at_most) limit_.reset();
  }

  [[nodiscard]] bool active() const noexcept { return limit_.has_value(); }
  /// Returns: the byte of a connection whose line is its last. Precondition: active().
  [[nodiscard]] std::uint64_t limit() const noexcept { return *limit_; }

 private:
  int fruitless_ = 0;
  std::optional<std::uint64_t> limit_;
};

}  // namespace flowcef
