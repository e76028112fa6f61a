// Between the workers and the threads of one output: the queue with its policy.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "flowcef/core/bounded_queue.hpp"
#include "flowcef/map/line_batch.hpp"
#include "flowcef/sink/output_books.hpp"
#include "flowcef/sink/sink_config.hpp"

namespace flowcef {

enum class Producer : std::uint8_t {
  cannot_wait,  ///< a socket over UDP, whose datagrams would be lost meanwhile
  can_wait,     ///< a file, or a connection whose sender slows down
};

/// Bounded by the bytes of all batches that were submitted and not released, so also of those that were sent and are
/// kept until the receiver has acknowledged them. The bridge's own events have room of their own until they are popped,
/// and go first: they tell of what costs lines, so lines must not cost them.
/// Thread: any, but for abandon.
class OutputQueue {
 public:
  static constexpr std::size_t kOverflowBytes = std::size_t{64} << 20;
  static constexpr std::size_t kEventBytes = std::size_t{1} << 20;  ///< for events; the oldest are given up beyond it

  /// Input: of `config` queue_bytes, queue_full and required; `wake` as for BoundedQueue.
  /// Lifetime: keeps a reference to the books.
  OutputQueue(const SinkConfig& config, OutputBooks& books, const std::function<void()>& wake);

  /// A full queue lets a producer that can wait do so if the output is required. All else follows queue_full.
  /// Returns: the lines that the full queue cost, of this batch or of older ones.
  std::size_t submit(BatchRef batch, Producer producer);
  /// The same for lines that are in hand of a thread of the output, which does not wait.
  void take_over(BatchRef batch);
  /// From now on queue_bytes, queue_full and required of `config` count. What is queued stays.
  void configure(const SinkConfig& config);
  /// What lines are counted under that a full queue costs. At first: queue_full.
  void set_full_reason(DropReason reason) { full_reason_ = reason; }
  /// While allowed, nobody waits: what a producer would wait with is queued up to kOverflowBytes above the bound, and
  /// beyond that goes by queue_full.
  void allow_overflow(bool allowed) { queue_.allow_overflow(allowed ? kOverflowBytes : 0); }
  /// Those that wait go on by queue_full, and nobody waits any more.
  void release_producers() { queue_.release_waiting(); }
  void close();

  /// Returns: the oldest batch of events, or else of lines, which are now in hand; nothing if there is none. It counts
  ///          until release().
  [[nodiscard]] BatchRef pop();
  void release(const LineBatch& batch) {
    if (!batch.is_of_events()) queue_.release(batch.footprint());
  }
  /// Returns: bytes of all batches that count towards queue_bytes.
  [[nodiscard]] std::size_t held_bytes() const { return queue_.held(); }
  /// Returns: true once closed and empty.
  [[nodiscard]] bool finished() const { return queue_.finished() && events_.finished(); }

  /// Counts what is left as dropped because of the stop.
  /// Thread:  while nobody pops.
  /// Returns: how many lines that were.
  std::size_t abandon();

  [[nodiscard]] OutputBooks& books() noexcept { return books_; }

 private:
  std::size_t push(BatchRef batch, Producer producer);
  [[nodiscard]] PushResult try_push(BatchRef batch, std::size_t cost, Producer producer, std::size_t& evicted);

  std::atomic<QueueFull> policy_;
  std::atomic<bool> required_;
  std::atomic<DropReason> full_reason_{DropReason::queue_full};
  OutputBooks& books_;
  BoundedQueue<BatchRef> queue_;
  BoundedQueue<BatchRef> events_;
};

}  // namespace flowcef
