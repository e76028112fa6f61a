// What a thread of an output runs: one way of getting batches out. One driver for each kind of transport.
#pragma once

#include <chrono>
#include <memory>

#include "flowcef/log/log.hpp"
#include "flowcef/sink/output_feed.hpp"
#include "flowcef/sink/sink_config.hpp"

namespace flowcef {

class OutputDriver {
 public:
  virtual ~OutputDriver() = default;

  /// Takes batches from the feed and settles every line in its books, until told to stop or to leave.
  /// Thread: the output's; returns when the feed is finished and nothing is in hand, at the stop's deadline, or
  ///         having left.
  virtual void run() = 0;
  /// The feed has something again, or is closed.
  /// Thread: any.
  virtual void wake() = 0;
  /// Thread: any, once, after the feed was closed.
  virtual void stop(std::chrono::steady_clock::time_point deadline) = 0;
  /// Makes room for another driver: takes nothing more from the feed, sends what is in hand if the receiver takes it
  /// until `deadline`, says goodbye. What the books then still have in hand is for the other one.
  /// Thread: any, once, instead of stop().
  virtual void leave(std::chrono::steady_clock::time_point deadline) = 0;
};

/// Each refers to `feed`, which must outlive the driver.
/// Errors: std::runtime_error if the file cannot be opened or the certificates cannot be used.
[[nodiscard]] std::unique_ptr<OutputDriver> make_file_sink(const SinkConfig& config, OutputFeed& feed, Logger log);
[[nodiscard]] std::unique_ptr<OutputDriver> make_udp_sink(const SinkConfig& config, OutputFeed& feed, Logger log);
[[nodiscard]] std::unique_ptr<OutputDriver> make_stream_sink(const SinkConfig& config, OutputFeed& feed, Logger log);

}  // namespace flowcef
