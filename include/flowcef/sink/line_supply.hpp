// Where the threads of one output get their lines from: the queue, or what becomes of it on its way through the spool.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "flowcef/log/log.hpp"
#include "flowcef/map/line_batch.hpp"
#include "flowcef/sink/output_books.hpp"
#include "flowcef/sink/output_queue.hpp"
#include "flowcef/sink/parcel.hpp"
#include "flowcef/sink/sink_config.hpp"
#include "flowcef/sink/spooler.hpp"

namespace flowcef {

/// Thread: any, unless said otherwise.
class LineSupply {
 public:
  /// Input:    `framing`: of the batches; `wake` tells those who take that there is something again, see BoundedQueue.
  /// Lifetime: keeps a reference to the books.
  LineSupply(const SinkConfig& config, Framing framing, OutputBooks& books, std::function<void()> wake, Logger log);
  ~LineSupply();
  LineSupply(const LineSupply&) = delete;
  LineSupply& operator=(const LineSupply&) = delete;

  /// Opens the spool, if there is one.
  /// Errors: std::runtime_error that says what is wrong with it
  void start();
  /// Returns: an open spool for settings that have one where those of now have none; otherwise null.
  /// Errors:  std::runtime_error that says what is wrong with it
  [[nodiscard]] std::unique_ptr<Spooler> prepare(const SinkConfig& config);
  /// From now on lines go through this spool.
  /// Thread: while nobody takes.
  void adopt(std::unique_ptr<Spooler> spooler);
  /// The queue's and the spool's settings.
  void configure(const SinkConfig& config);

  [[nodiscard]] OutputQueue& queue() noexcept { return queue_; }
  [[nodiscard]] const OutputQueue& queue() const noexcept { return queue_; }
  [[nodiscard]] OutputBooks& books() noexcept { return queue_.books(); }
  /// Returns: bytes in the spool; 0 where there is none.
  [[nodiscard]] std::uint64_t spool_bytes() const {
    const Spooler* const spooler = listener_;
    return spooler == nullptr ? 0 : spooler->disk_bytes();
  }

  /// Returns: as Spooler::trouble(); empty where there is no spool.
  [[nodiscard]] std::string spool_trouble() const {
    const Spooler* const spooler = listener_;
    return spooler == nullptr ? "" : spooler->trouble();
  }

  /// Returns: the next lines, now in hand; nothing if there are none. They count as held until release().
  [[nodiscard]] Parcel take();
  void release(const LineBatch& batch);
  /// So many of the lines in hand are delivered or dropped.
  void settled(std::size_t lines);
  /// Lines that were taken and are for whoever takes next.
  void give_back(std::vector<Parcel> parcels);

  /// Those who take have a receiver, or can reach none. Each tells once, until it takes it back.
  enum class Reach : std::uint8_t { unknown, reached, unreachable };
  void reach(Reach before, Reach now);

  /// Nothing more is submitted: what is queued can still be taken.
  void close();
  /// Returns: true once it is closed, there is nothing more to take, and nobody has lines in hand that might be given
  ///          back. Those who take are woken when it becomes so.
  [[nodiscard]] bool finished() const;
  /// Returns: true once it is closed, if what is left goes to disk and no receiver can be reached to take it instead.
  [[nodiscard]] bool better_kept() const;
  /// Puts what is left into the spool, or counts it as dropped because of the stop.
  /// Input:  what those who took still have, in their order.
  /// Thread: once nobody takes, after close().
  /// Returns: how many lines were dropped.
  std::size_t put_away(std::vector<Parcel> in_hand);

 private:
  void wake();
  [[nodiscard]] std::unique_ptr<Spooler> make_spooler(const SinkConfig& config);

  const Framing framing_;
  const std::function<void()> wake_;
  Logger log_;
  OutputQueue queue_;
  std::unique_ptr<Spooler> spooler_;         ///< null: there is no spool
  std::atomic<Spooler*> listener_{nullptr};  ///< the same, for producers, which may be at it when it is adopted
  mutable std::mutex mutex_;
  std::deque<Parcel> given_back_;
  std::size_t in_hand_ = 0;  ///< lines that were taken, and neither settled nor given back
  bool closed_ = false;
  std::size_t reached_ = 0;
  std::size_t unreachable_ = 0;
};

}  // namespace flowcef
