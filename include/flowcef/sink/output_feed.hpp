// Between the workers and the thread of one output: the queue with its policy, and the books.
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

/// What a driver gets to send.
struct BatchPart {
  BatchRef batch;
  std::size_t first_line = 0;   ///< those before it are settled
  bool after_cut_line = false;  ///< the last that went to a pipe is a part of this first line, without its end

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(batch); }
};

/// Thread: submit, release_producers, allow_overflow, configure and close from any; next, finished and left_cut_line
///         from the output's; take_back and abandon while that one does not run.
class OutputFeed {
 public:
  static constexpr std::size_t kOverflowBytes = std::size_t{64} << 20;

  /// Input: of `config` queue_bytes, queue_full and required; `wake` as for BoundedQueue.
  OutputFeed(const SinkConfig& config, std::function<void()> wake);

  /// A full queue lets a producer that can wait do so if the output is required. All else follows queue_full.
  /// Returns: the lines that the full queue cost, of this batch or of older ones.
  std::size_t submit(BatchRef batch, Producer producer);
  /// From now on queue_bytes, queue_full and required of `config` count. What is queued stays.
  void configure(const SinkConfig& config);
  /// While allowed, nobody waits: what a producer would wait with is queued up to kOverflowBytes above the bound, and
  /// beyond that goes by queue_full.
  void allow_overflow(bool allowed) { queue_.allow_overflow(allowed ? kOverflowBytes : 0); }
  /// Those that wait go on by queue_full, and nobody waits any more.
  void release_producers() { queue_.release_waiting(); }
  void close() { queue_.close(); }

  /// Returns: the oldest batch, its lines now in hand; one without a batch if there is none.
  [[nodiscard]] BatchPart next();
  /// Returns: true once closed and empty.
  [[nodiscard]] bool finished() const { return !again_ && queue_.finished(); }
  /// The driver leaves a part of its next line on a pipe, which the next driver may write to.
  void left_cut_line() { cut_line_ = true; }
  /// A driver has left: next() begins with those lines of its batch that are not settled.
  void take_back() { again_ = books_.lines_in_hand() > 0; }

  [[nodiscard]] OutputBooks& books() noexcept { return books_; }
  [[nodiscard]] const OutputBooks& books() const noexcept { return books_; }

  /// Counts all that is left, in the queue and in hand, as dropped because of the stop.
  /// Returns: how many lines that were.
  std::size_t abandon();

 private:
  [[nodiscard]] PushResult push(BatchRef batch, std::size_t cost, Producer producer, std::size_t& evicted);

  std::atomic<QueueFull> policy_;
  std::atomic<bool> required_;
  OutputBooks books_;
  BatchRef in_hand_;
  bool again_ = false;  ///< in_hand_ comes again
  bool cut_line_ = false;
  BoundedQueue<BatchRef> queue_;
};

}  // namespace flowcef
