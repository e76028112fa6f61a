// One place where lines go: a bounded queue, and threads with drivers for the transport. Knows nothing of what lines say.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "flowcef/log/log.hpp"
#include "flowcef/map/line_batch.hpp"
#include "flowcef/sink/lanes.hpp"
#include "flowcef/sink/loss_log.hpp"
#include "flowcef/sink/output_books.hpp"
#include "flowcef/sink/sink_config.hpp"

namespace flowcef {

/// Keeps its name, queue and books while its settings change: prepare(), then adopt().
/// Lifetime: the BatchPool of whatever is submitted must outlive the output.
/// Thread:   one, unless said otherwise.
class Output {
 public:
  /// How long adopt() lets the receiver take what is in hand and end the connection.
  static constexpr std::chrono::milliseconds kLeaveTime{1000};

  /// What other settings need, with all that could go wrong done.
  struct Prepared {
    Lanes::Drivers drivers;
    Lanes::Drivers detour;
  };

  /// Opens the file or loads the certificates, but starts nothing.
  /// Input:  `framing`: of the batches
  /// Errors: std::runtime_error naming the output, the file and what is wrong.
  Output(const SinkConfig& config, Framing framing, Logger log);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  [[nodiscard]] const SinkConfig& config() const noexcept { return config_; }

  /// Errors: std::runtime_error naming the output, and what is wrong with its spool.
  void start();

  /// Opens the file or loads the certificates of other settings; the output goes on as it is.
  /// Lifetime: for adopt() of this output, and not beyond it.
  /// Errors:   as the constructor's.
  [[nodiscard]] std::unique_ptr<Prepared> prepare(const SinkConfig& config);
  /// Goes on with other settings. The old driver leaves within kLeaveTime; lines that it could not deliver, and those
  /// in the queue, go by the new one. A line that a connection was cut in goes again whole.
  /// Input: `prepared`: what prepare() made of `config`, whose name is the output's; null: the drivers in use stay, as
  ///        only the queue's settings differ.
  void adopt(const SinkConfig& config, std::unique_ptr<Prepared> prepared);

  /// Queues the batch. When the queue is full and the output is `required`, a producer that can wait waits for room;
  /// otherwise `queue_full` says what is dropped.
  /// Thread: any.
  void submit(BatchRef batch, Producer producer);

  /// While allowed, a producer that would wait for room, or does already, has its batch queued above the bound instead,
  /// as far as OutputQueue::kOverflowBytes. For a moment in which all of them must be stopped though the receiver may be
  /// down.
  /// Thread: any.
  void allow_overflow(bool allowed) { main_.queue().allow_overflow(allowed); }

  /// Ends the waiting of producers, now and later, so that they can be stopped though the receiver is down.
  /// Thread: any.
  void release_producers() { main_.queue().release_producers(); }

  /// Takes nothing more, sends what is queued until `deadline`, puts the rest into the spool or counts it as dropped, ends
  /// the threads. With a spool and no receiver in reach, nothing is waited for.
  void stop(std::chrono::steady_clock::time_point deadline);

  /// Thread: any.
  [[nodiscard]] OutputCounts counts() const { return books_.counts(); }
  /// Returns: one for each connection at a time.
  /// Thread:  any but that of adopt().
  [[nodiscard]] std::vector<LinkStatus> links() const;
  /// Returns: bytes of memory that the lines take which are not delivered, as SinkConfig::queue_bytes bounds them.
  /// Thread:  any.
  [[nodiscard]] std::size_t queue_bytes() const { return main_.supply().queue().held_bytes(); }
  /// Returns: bytes on disk; 0 without a spool.
  /// Thread:  any.
  [[nodiscard]] std::uint64_t spool_bytes() const { return main_.supply().spool_bytes(); }
  /// Returns: why the spool takes nothing more, or only in place of older lines; empty if it does, or there is none.
  /// Thread:  any.
  [[nodiscard]] std::string spool_trouble() const { return main_.supply().spool_trouble(); }
  /// As OutputFeed::message_limit(). Lifetime: as this.
  [[nodiscard]] const std::atomic<std::size_t>& message_limit() const noexcept { return main_.message_limit(); }

 private:
  SinkConfig config_;
  Logger log_;
  OutputBooks books_;
  std::unique_ptr<Lanes> detour_;  ///< by TCP, for messages that no datagram may hold; null: there is none
  Lanes main_;
  std::mutex loss_mutex_;  ///< queue_loss_ is written by every worker
  LossLog queue_loss_;
  bool stopped_ = false;
};

/// Returns: whether an output can adopt the settings: not if it needs, or no longer needs, a detour by TCP or if its spool
///          is another one or none any more.
[[nodiscard]] bool can_adopt(const SinkConfig& current, const SinkConfig& wanted);

/// Returns: false if `wanted` differs from `current` in nothing but the queue's settings and names no file. A file is
///          opened anew at every change, as it may have been renamed.
[[nodiscard]] bool needs_new_driver(const SinkConfig& current, const SinkConfig& wanted);

[[nodiscard]] std::unique_ptr<Output> make_output(const SinkConfig& config, Logger log,
                                                  Framing framing = Framing::newline);

}  // namespace flowcef
