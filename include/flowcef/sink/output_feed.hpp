// Between the workers and the thread of one output: the queue with its policy, and the books.
#pragma once

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

/// Thread: submit, release_producers, close and finished from any; next from the output's.
class OutputFeed {
 public:
  /// Input: of `config` queue_bytes, queue_full and required; `wake` as for BoundedQueue.
  OutputFeed(const SinkConfig& config, std::function<void()> wake);

  /// A full queue lets a producer that can wait do so if the output is required. All else follows queue_full.
  /// Returns: the lines that the full queue cost, of this batch or of older ones.
  std::size_t submit(BatchRef batch, Producer producer);
  /// Those that wait go on by queue_full, and nobody waits any more.
  void release_producers() { queue_.release_waiting(); }
  void close() { queue_.close(); }

  /// Returns: the oldest batch, its lines now in hand; an empty reference if there is none.
  [[nodiscard]] BatchRef next();
  /// Returns: true once closed and empty.
  [[nodiscard]] bool finished() const { return queue_.finished(); }

  [[nodiscard]] OutputBooks& books() noexcept { return books_; }
  [[nodiscard]] const OutputBooks& books() const noexcept { return books_; }

  /// Counts all that is left, in the queue and in hand, as dropped because of the stop.
  /// Thread: after the output's thread has ended.
  /// Returns: how many lines that were.
  std::size_t abandon();

 private:
  [[nodiscard]] PushResult push(BatchRef batch, std::size_t cost, Producer producer, std::size_t& evicted);

  QueueFull policy_;
  bool required_;
  OutputBooks books_;
  BoundedQueue<BatchRef> queue_;
};

}  // namespace flowcef
