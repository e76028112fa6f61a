// The threads of an output that share its lines: one lane for each connection at a time, each with a driver.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "flowcef/log/log.hpp"
#include "flowcef/sink/line_supply.hpp"
#include "flowcef/sink/output_driver.hpp"
#include "flowcef/sink/output_feed.hpp"
#include "flowcef/sink/output_queue.hpp"
#include "flowcef/sink/sink_config.hpp"

namespace flowcef {

/// Lifetime: keeps references to the books and the detour.
/// Thread:   one, unless said otherwise.
class Lanes {
 public:
  /// Drivers for other settings, and feeds for those lanes that are new.
  struct Drivers {
    std::vector<std::unique_ptr<OutputFeed>> feeds;
    std::vector<std::unique_ptr<OutputDriver>> drivers;  ///< one a lane
    std::unique_ptr<Spooler> spooler;                    ///< null: all stays as it is
  };

  /// Opens the file or loads the certificates, but starts nothing.
  /// Input:  `detour`: as for OutputFeed.
  /// Errors: std::runtime_error naming the output, the file and what is wrong.
  Lanes(const SinkConfig& config, Framing framing, OutputBooks& books, OutputQueue* detour, Logger log);
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  /// Errors: std::runtime_error naming the output, and what is wrong with its spool.
  void start();
  /// Errors: as the constructor's; all goes on as it is.
  [[nodiscard]] Drivers prepare(const SinkConfig& config);
  /// Goes on with other drivers, to which the lines in hand go. Those of lanes that are no more go to the first.
  /// Input: `deadline`: until when the old ones may bring to an end what is in hand.
  void adopt(Drivers drivers, std::chrono::steady_clock::time_point deadline);
  /// Ends all drivers, by `deadline` at the latest. What is left goes to the spool, or is dropped where there is none.
  /// Returns: how many lines were dropped.
  std::size_t stop(std::chrono::steady_clock::time_point deadline);

  /// Thread: any.
  [[nodiscard]] OutputQueue& queue() noexcept { return supply_.queue(); }
  [[nodiscard]] const LineSupply& supply() const noexcept { return supply_; }
  /// The settings of queue and spool.
  void configure(const SinkConfig& config) { supply_.configure(config); }
  /// Thread: any but that of adopt().
  [[nodiscard]] std::vector<LinkStatus> links() const;
  /// Lifetime: as this.
  [[nodiscard]] const std::atomic<std::size_t>& message_limit() const noexcept {
    return lanes_.front()->feed->message_limit();
  }

 private:
  struct Lane {
    std::unique_ptr<OutputFeed> feed;
    std::unique_ptr<OutputDriver> driver;
    std::thread thread;
  };

  [[nodiscard]] Drivers make_drivers(const SinkConfig& config);
  void wake();
  void start(Lane& lane);
  void run(Lane& lane) noexcept;
  void fail(const char* error) noexcept;
  void report_left(const LinkStatus& link, std::size_t lines);

  const std::string name_;
  Logger log_;
  OutputQueue* detour_;
  LineSupply supply_;
  mutable std::mutex mutex_;  ///< of lanes_ and their drivers, between producers that wake and adopt()
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace flowcef
