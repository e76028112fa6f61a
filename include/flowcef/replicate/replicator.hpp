// Hands the datagrams of one input, as one worker gets them, to the targets that want them.
#pragma once

#include <cstddef>
#include <vector>

#include "flowcef/core/ip_address.hpp"
#include "flowcef/replicate/replica.hpp"
#include "flowcef/replicate/replicate_target.hpp"
#include "flowcef/source/datagram.hpp"

namespace flowcef {

/// Allocates nothing in steady state, and waits for no target.
/// Thread:   one.
/// Lifetime: pool and targets outlive it.
class Replicator {
 public:
  /// Input: `all_targets`: of the whole program. What was sent to one of them is not sent on: a tap sees what we send.
  Replicator(ReplicaPool& pool, const std::vector<ReplicateTarget*>& targets, std::vector<Endpoint> all_targets);

  void take(const Datagram& datagram);
  /// Hands on what take() keeps back for a moment, so that the targets' threads are not woken for each datagram.
  void flush() noexcept;

 private:
  static constexpr std::size_t kTogether = 32;

  struct Lane {
    ReplicateTarget* target;
    std::vector<ReplicaRef> pending;
  };

  static void flush(Lane& lane) noexcept;

  ReplicaPool& pool_;
  std::vector<Lane> lanes_;
  std::vector<Endpoint> all_targets_;
};

}  // namespace flowcef
