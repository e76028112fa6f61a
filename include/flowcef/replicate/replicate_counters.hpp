// The books of one target of replication.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace flowcef {

/// taken = sent + queued + dropped, at any moment
struct ReplicateCounts {
  std::string name;
  std::string to;                                                  ///< `192.0.2.99:2055`
  std::uint64_t taken = 0;                                         ///< datagrams that were meant for it
  std::uint64_t sent = 0;                                          ///< handed to the kernel
  std::uint64_t queued = 0;                                        ///< they wait, or are about to be sent
  std::uint64_t sent_bytes = 0;                                    ///< of payload
  std::size_t queued_bytes = 0;                                    ///< memory that waiting datagrams take
  std::size_t capacity_bytes = 0;                                  ///< that they may take
  std::map<std::string, std::uint64_t, std::less<>> dropped = {};  ///< by reason: queue_full, ttl_expired, EPERM ...
  std::map<std::string, std::uint64_t, std::less<>> errors = {};   ///< of the system, by the name of their errno

  [[nodiscard]] std::uint64_t dropped_datagrams() const {
    std::uint64_t sum = 0;
    for (const auto& [reason, count] : dropped) sum += count;
    return sum;
  }
  [[nodiscard]] bool balanced() const { return taken == sent + queued + dropped_datagrams(); }

  /// Adds the counts of an earlier target of the name.
  void add(const ReplicateCounts& earlier) {
    taken += earlier.taken;
    sent += earlier.sent;
    queued += earlier.queued;
    sent_bytes += earlier.sent_bytes;
    queued_bytes += earlier.queued_bytes;
    for (const auto& [reason, count] : earlier.dropped) dropped[reason] += count;
    for (const auto& [error, count] : earlier.errors) errors[error] += count;
  }
};

}  // namespace flowcef
