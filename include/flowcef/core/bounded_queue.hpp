// A queue from many producers to consumers, bounded by the cost (bytes, say) of what it holds and of what the consumers
// have taken and not done with.
// It knows nothing of what it carries; what to do when it is full is the producer's choice of operation.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace flowcef {

enum class PushResult : std::uint8_t { accepted, full, closed };

/// An item dearer than the whole capacity is taken by an empty queue, or it could never pass.
/// Thread: any.
template <class T>
class BoundedQueue {
 public:
  /// Input: `wake` tells all consumers to look again. It is called without the lock, on the pushing or closing
  ///        thread, when the empty queue gets an item and when the queue is closed.
  BoundedQueue(std::size_t capacity, std::function<void()> wake) : wake_(std::move(wake)), capacity_(capacity) {}

  /// Once one was refused, none gets in before there is room for that one: what gets in is an unbroken run.
  [[nodiscard]] PushResult try_push(T item, std::size_t cost) {
    std::unique_lock lock(mutex_);
    if (closed_) return PushResult::closed;
    refused_ = std::max(refused_, cost);
    if (!fits(refused_)) return PushResult::full;
    refused_ = 0;
    return append(std::move(item), cost, lock);
  }

  /// Makes room by giving up the oldest items.
  /// Input: `evicted` is called with each of them, the lock held.
  template <class Evicted>
  [[nodiscard]] PushResult push_dropping_oldest(T item, std::size_t cost, Evicted&& evicted) {
    std::unique_lock lock(mutex_);
    if (closed_) return PushResult::closed;
    // Evictions leave an unread wake-up behind, but the queue they left empty must count as never empty.
    const bool was_empty = size_ == 0;
    while (!fits(cost)) {
      const Slot old = take_front();
      held_ -= old.cost;
      evicted(old.item);
    }
    return append(std::move(item), cost, lock, was_empty);
  }

  /// Waits for room.
  /// Returns: accepted, also above the capacity while that is allowed; closed when the queue was closed meanwhile;
  ///          full only after release_waiting(), or when what is allowed above the capacity is used up.
  [[nodiscard]] PushResult wait_push(T item, std::size_t cost) {
    std::unique_lock lock(mutex_);
    ++waiting_;
    room_.wait(lock, [&] { return closed_ || released_ || overflow_ > 0 || fits(cost); });
    --waiting_;
    if (closed_) return PushResult::closed;
    if (!fits(cost) && held_ + cost > capacity_ + overflow_) return PushResult::full;
    return append(std::move(item), cost, lock);
  }

  /// The item counts until release().
  [[nodiscard]] std::optional<T> pop() {
    const std::lock_guard lock(mutex_);
    if (size_ == 0) return std::nullopt;
    return take_front().item;
  }

  /// Input: the cost of an item that was popped.
  void release(std::size_t cost) {
    const std::lock_guard lock(mutex_);
    held_ -= cost;
    if (waiting_ > 0) room_.notify_all();
  }

  /// From now on nobody waits for room.
  void release_waiting() {
    {
      const std::lock_guard lock(mutex_);
      released_ = true;
    }
    room_.notify_all();
  }

  /// From now on wait_push does not wait, and takes so much above the capacity, also from those that wait already.
  /// Input: 0: it waits, and takes nothing above the capacity.
  void allow_overflow(std::size_t cost) {
    {
      const std::lock_guard lock(mutex_);
      overflow_ = cost;
    }
    room_.notify_all();
  }

  /// What is queued stays, also above a smaller capacity.
  void set_capacity(std::size_t capacity) {
    {
      const std::lock_guard lock(mutex_);
      capacity_ = capacity;
    }
    room_.notify_all();
  }

  /// Refuses whatever comes from now on; what is queued can still be popped.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    room_.notify_all();
    wake_();
  }

  /// Returns: the cost of what is queued, and of what was popped and not released.
  [[nodiscard]] std::size_t held() const {
    const std::lock_guard lock(mutex_);
    return held_;
  }

  /// Returns: true once the queue is closed and empty, so that nothing will ever come.
  [[nodiscard]] bool finished() const {
    const std::lock_guard lock(mutex_);
    return closed_ && size_ == 0;
  }

 private:
  struct Slot {
    T item{};
    std::size_t cost = 0;
  };

  /// An empty queue takes anything: what is taken and not released must not keep the next item from its consumer.
  [[nodiscard]] bool fits(std::size_t cost) const { return size_ == 0 || held_ + cost <= capacity_; }

  PushResult append(T item, std::size_t cost, std::unique_lock<std::mutex>& lock) {
    return append(std::move(item), cost, lock, size_ == 0);
  }

  PushResult append(T item, std::size_t cost, std::unique_lock<std::mutex>& lock, bool was_empty) {
    if (size_ == ring_.size()) grow();
    ring_[(head_ + size_) % ring_.size()] = Slot{std::move(item), cost};
    ++size_;
    held_ += cost;
    lock.unlock();
    if (was_empty) wake_();
    return PushResult::accepted;
  }

  Slot take_front() {
    Slot slot = std::exchange(ring_[head_], Slot{});
    head_ = (head_ + 1) % ring_.size();
    --size_;
    if (waiting_ > 0) room_.notify_all();
    return slot;
  }

  void grow() {
    std::vector<Slot> larger(ring_.empty() ? 16 : 2 * ring_.size());
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move(ring_[(head_ + i) % ring_.size()]);
    ring_ = std::move(larger);
    head_ = 0;
  }

  const std::function<void()> wake_;

  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::size_t capacity_;
  std::size_t overflow_ = 0;  ///< allowed above it
  std::vector<Slot> ring_;    ///< grows to the most items ever queued, then allocates no more
  std::size_t head_ = 0;
  std::size_t size_ = 0;
  std::size_t held_ = 0;
  std::size_t refused_ = 0;  ///< the dearest cost since try_push accepted one
  int waiting_ = 0;
  bool released_ = false;
  bool closed_ = false;
};

}  // namespace flowcef
