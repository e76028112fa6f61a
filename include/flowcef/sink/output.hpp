// One place where lines go: a bounded queue, a thread, and a driver for the transport. Knows nothing of what
// lines say.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

#include "flowcef/log/log.hpp"
#include "flowcef/map/line_batch.hpp"
#include "flowcef/sink/loss_log.hpp"
#include "flowcef/sink/output_books.hpp"
#include "flowcef/sink/output_driver.hpp"
#include "flowcef/sink/output_feed.hpp"
#include "flowcef/sink/sink_config.hpp"

namespace flowcef {

/// Lifetime: the BatchPool of whatever is submitted must outlive the output.
class Output {
 public:
  /// Opens the file or loads the certificates, but starts nothing.
  /// Errors: std::runtime_error naming the output, the file and what is wrong.
  Output(const SinkConfig& config, Logger log);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  [[nodiscard]] const SinkConfig& config() const noexcept { return config_; }

  void start();

  /// Queues the batch. When the queue is full and the output is `required`, a producer that can wait waits for room;
  /// otherwise `queue_full` says what is dropped.
  /// Thread: any.
  void submit(BatchRef batch, Producer producer);

  /// Ends the waiting of producers, now and later, so that they can be stopped though the receiver is down.
  /// Thread: any.
  void release_producers() { feed_.release_producers(); }

  /// Takes nothing more, sends what is queued until `deadline`, counts the rest as dropped, ends the thread.
  void stop(std::chrono::steady_clock::time_point deadline);

  /// Thread: any.
  [[nodiscard]] OutputCounts counts() const { return feed_.books().counts(); }

 private:
  void run() noexcept;

  SinkConfig config_;
  Logger log_;
  OutputFeed feed_;
  std::unique_ptr<OutputDriver> driver_;
  std::mutex loss_mutex_;  ///< queue_loss_ is written by every worker
  LossLog queue_loss_;
  std::thread thread_;
  bool stopped_ = false;
};

[[nodiscard]] std::unique_ptr<Output> make_output(const SinkConfig& config, Logger log);

}  // namespace flowcef
