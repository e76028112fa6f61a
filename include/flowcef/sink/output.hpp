// One place where lines go: a bounded queue, a thread, and a driver for the transport. Knows nothing of what
// lines say.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "flowcef/log/log.hpp"
#include "flowcef/map/line_batch.hpp"
#include "flowcef/sink/loss_log.hpp"
#include "flowcef/sink/output_books.hpp"
#include "flowcef/sink/output_driver.hpp"
#include "flowcef/sink/output_feed.hpp"
#include "flowcef/sink/sink_config.hpp"

namespace flowcef {

/// Keeps its name, queue and books while its settings change: prepare(), then adopt().
/// Lifetime: the BatchPool of whatever is submitted must outlive the output.
/// Thread:   one, unless said otherwise.
class Output {
 public:
  /// How long adopt() lets the receiver take what is in hand and end the connection.
  static constexpr std::chrono::milliseconds kLeaveTime{200};

  /// Opens the file or loads the certificates, but starts nothing.
  /// Errors: std::runtime_error naming the output, the file and what is wrong.
  Output(const SinkConfig& config, Logger log);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  [[nodiscard]] const SinkConfig& config() const noexcept { return config_; }

  void start();

  /// Opens the file or loads the certificates of other settings; the output goes on as it is.
  /// Lifetime: for adopt() of this output, and not beyond it.
  /// Errors:   as the constructor's.
  [[nodiscard]] std::unique_ptr<OutputDriver> prepare(const SinkConfig& config);
  /// Goes on with other settings. The old driver leaves within kLeaveTime; lines that it could not deliver, and those
  /// in the queue, go by the new one. A line that a connection was cut in goes again whole.
  /// Input: `driver`: what prepare() made of `config`, whose name is the output's; null: the one in use stays, as only
  ///        the queue's settings differ.
  void adopt(const SinkConfig& config, std::unique_ptr<OutputDriver> driver);

  /// Queues the batch. When the queue is full and the output is `required`, a producer that can wait waits for room;
  /// otherwise `queue_full` says what is dropped.
  /// Thread: any.
  void submit(BatchRef batch, Producer producer);

  /// While allowed, a producer that would wait for room, or does already, has its batch queued above the bound instead,
  /// as far as OutputFeed::kOverflowBytes. For a moment in which all of them must be stopped though the receiver may be
  /// down.
  /// Thread: any.
  void allow_overflow(bool allowed) { feed_.allow_overflow(allowed); }

  /// Ends the waiting of producers, now and later, so that they can be stopped though the receiver is down.
  /// Thread: any.
  void release_producers() { feed_.release_producers(); }

  /// Takes nothing more, sends what is queued until `deadline`, counts the rest as dropped, ends the thread.
  void stop(std::chrono::steady_clock::time_point deadline);

  /// Thread: any.
  [[nodiscard]] OutputCounts counts() const { return feed_.books().counts(); }

 private:
  void wake();
  void run() noexcept;
  void fail(const char* error) noexcept;

  const std::string name_;
  SinkConfig config_;
  Logger log_;
  OutputFeed feed_;
  std::mutex driver_mutex_;  ///< between producers that wake the driver and adopt(), which replaces it
  std::unique_ptr<OutputDriver> driver_;
  std::mutex loss_mutex_;  ///< queue_loss_ is written by every worker
  LossLog queue_loss_;
  std::thread thread_;
  bool stopped_ = false;
};

/// Returns: false if `wanted` differs from `current` in nothing but the queue's settings and names no file. A file is
///          opened anew at every change, as it may have been renamed.
[[nodiscard]] bool needs_new_driver(const SinkConfig& current, const SinkConfig& wanted);

[[nodiscard]] std::unique_ptr<Output> make_output(const SinkConfig& config, Logger log);

}  // namespace flowcef
