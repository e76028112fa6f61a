// Says in the log what has to change on an exporter whose records no one can read, now and then for each of them.
#pragma once

#include <cstddef>
#include <mutex>
#include <unordered_map>

#include "flowcef/decode/domain_key.hpp"
#include "flowcef/decode/refusal.hpp"
#include "flowcef/log/log.hpp"
#include "flowcef/log/rate_limiter.hpp"
#include "flowcef/source/datagram.hpp"

namespace flowcef {

/// Thread: any.
class RefusalLog {
 public:
  /// Exporters that have a line of their own; senders can make up addresses without end.
  static constexpr std::size_t kMaxExporters = 256;

  explicit RefusalLog(Logger log) : log_(std::move(log)) {}

  /// Other reasons are for the counters alone.
  void report(const Datagram& datagram, Refusal reason);

 private:
  Logger log_;
  std::mutex mutex_;
  std::unordered_map<IpAddress, RateLimiter, IpAddressHash> limiters_;
};

}  // namespace flowcef
