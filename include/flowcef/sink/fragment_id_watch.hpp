// Notices when fragmented IPv4 datagrams go so fast that their ids come again while the receiver still joins fragments.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

namespace flowcef {

/// The id that tells whose fragment it is has 16 bits (RFC 6864 section 5.1): of two datagrams with the same one within
/// the reassembly time, a lost fragment of the first may be made good by one of the second.
/// Thread: one.
class FragmentIdWatch {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  static constexpr std::size_t kIds = 65'536;
  /// Linux's net.ipv4.ipfrag_time; others keep fragments as long or longer.
  static constexpr std::chrono::seconds kReassembly{30};

  FragmentIdWatch() { marks_.fill(TimePoint::min()); }

  /// Input:   datagrams that were sent in fragments.
  /// Returns: whether the ids have come round within the reassembly time, seen to the 64th part of their number.
  bool sent(std::size_t fragmented, TimePoint now) {
    bool repeats = false;
    for (since_mark_ += fragmented; since_mark_ >= kStep; since_mark_ -= kStep) {
      TimePoint& round_ago = marks_[next_mark_];
      repeats = repeats || round_ago > now - kReassembly;
      round_ago = now;
      next_mark_ = (next_mark_ + 1) % marks_.size();
    }
    return repeats;
  }

 private:
  static constexpr std::size_t kStep = kIds / 64;

  std::array<TimePoint, kIds / kStep> marks_;  ///< when each step of the ids was last passed
  std::size_t next_mark_ = 0;
  std::size_t since_mark_ = 0;
};

}  // namespace flowcef
