// What waits for one target, bounded by the memory it takes, and the target's books.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "flowcef/replicate/replica.hpp"
#include "flowcef/replicate/replicate_counters.hpp"

namespace flowcef {

/// Its lock is held for no longer than it takes to move references: neither side waits for what the other does.
/// Thread: any for push(), counts() and stop(); one takes and says what became of what it took.
class ReplicaQueue {
 public:
  using Clock = std::chrono::steady_clock;

  explicit ReplicaQueue(std::size_t capacity_bytes);

  /// What finds no room is dropped and counted; an empty queue has room for anything. Leaves no reference in `replicas`.
  void push(std::span<ReplicaRef> replicas) noexcept;

  /// Waits until there is something.
  /// Returns: how many it put into `into`; 0: it was stopped, and nothing will come any more.
  [[nodiscard]] std::size_t take(std::span<ReplicaRef> into);

  // ---- what became of replicas that were taken
  void sent(std::size_t datagrams, std::size_t bytes, std::size_t cost);
  void dropped(std::string_view reason, const Replica& replica);
  void failed(std::string_view error);  ///< of the system; it need not have cost a datagram

  /// Nothing gets in any more. What is there may still be taken, until the deadline.
  void stop(Clock::time_point deadline);
  /// Returns: the time until which sending may go on: the deadline of the stop, or forever.
  [[nodiscard]] Clock::time_point deadline() const;

  void set_capacity(std::size_t bytes);

  /// Returns: without `name` and `to`.
  [[nodiscard]] ReplicateCounts counts() const;

 private:
  void make_ring();
  [[nodiscard]] bool has_room(std::size_t cost) const noexcept { return size_ == 0 || held_ + cost <= capacity_; }
  void drop_all();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t capacity_;
  std::vector<ReplicaRef> ring_;  ///< has room for as many as there may be
  std::size_t head_ = 0;
  std::size_t size_ = 0;
  std::size_t held_ = 0;     ///< bytes of those that wait or were taken
  std::size_t in_hand_ = 0;  ///< taken, and nothing became of them yet
  Clock::time_point deadline_ = Clock::time_point::max();
  bool stopped_ = false;
  std::uint64_t taken_ = 0;
  std::uint64_t queue_full_ = 0;
  std::uint64_t after_stop_ = 0;
  ReplicateCounts books_;
};

}  // namespace flowcef
