// What people are told about the connections of one TCP or TLS driver: in the log, the link's notes and the books.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "flowcef/log/log.hpp"
#include "flowcef/log/rate_limiter.hpp"
#include "flowcef/sink/output_feed.hpp"
#include "flowcef/sink/sink_config.hpp"
#include "flowcef/sink/stream_layer.hpp"

namespace flowcef {

/// Thread: the driver's.
class StreamLog {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// Lifetime: keeps a reference to the feed.
  StreamLog(const SinkConfig& config, OutputFeed& feed, Logger log);

  /// The next attempt is for this receiver, and all that is said from now on.
  void trying(std::size_t receiver);
  void connected(const std::string& address, const StreamLayer& layer);
  /// Input: `was_connected`: with a handshake and all; `wait`: until the next attempt, whoever that is for.
  void failed(const std::string& reason, bool was_connected, std::chrono::milliseconds wait);
  /// Input: whether connections are kept short from now on.
  void keeps_connections_short(bool now);
  /// Input: since when the receiver takes nothing.
  void stalls(TimePoint since, TimePoint now);
  void replay_is_capped();
  /// Input: why the first receiver cannot be reached; empty: it can.
  void probed(const std::string& error);

 private:
  static constexpr std::chrono::seconds kStallIsLong{5};
  static constexpr std::chrono::seconds kStallLog{60};

  void note_switch();
  [[nodiscard]] const std::string& target() const { return targets_[receiver_]; }

  std::string name_;
  bool names_target_;  ///< the output has several
  std::vector<std::string> targets_;
  OutputFeed& feed_;
  Logger log_;
  std::size_t receiver_ = 0;
  std::size_t lines_at_ = 0;  ///< the receiver that got lines last, the first before any did
  std::string left_because_;  ///< of that one, since it is no longer connected
  std::string probe_error_;   ///< the latest that was said
  bool short_ = false;
  RateLimiter stall_log_{kStallLog};
};

}  // namespace flowcef
