// One collector that gets datagrams: its filter, its queue and the thread that sends.
#pragma once

#include <atomic>
#include <chrono>
#include <span>
#include <thread>

#include "flowcef/log/log.hpp"
#include "flowcef/replicate/replica_queue.hpp"
#include "flowcef/replicate/replica_sender.hpp"
#include "flowcef/replicate/replicate_config.hpp"

namespace flowcef {

/// Thread: the control thread's; wants(), submit() and counts() any.
class ReplicateTarget {
 public:
  using Clock = std::chrono::steady_clock;

  /// Errors: std::runtime_error with a text for the user: the process has not the right to send from others' addresses.
  ReplicateTarget(const ReplicateConfig& config, Logger log);
  /// Drops what still waits.
  ~ReplicateTarget();
  ReplicateTarget(const ReplicateTarget&) = delete;
  ReplicateTarget& operator=(const ReplicateTarget&) = delete;

  /// Errors: std::system_error if there is no thread to be had
  void start();
  /// Sends what waits until the deadline, and then ends; does not wait for that.
  void stop(Clock::time_point deadline);
  /// Waits for the end.
  void join();
  [[nodiscard]] bool has_ended() const noexcept { return ended_; }

  /// Returns: whether this one can go on by other settings, with what it holds.
  [[nodiscard]] bool can_become(const ReplicateConfig& config) const noexcept;
  /// To be called while nobody calls wants().
  void reconfigure(const ReplicateConfig& config);

  [[nodiscard]] bool wants(const Datagram& datagram) const noexcept;
  /// Leaves no reference in `replicas`.
  void submit(std::span<ReplicaRef> replicas) noexcept { queue_.push(replicas); }

  [[nodiscard]] const ReplicateConfig& config() const noexcept { return config_; }
  [[nodiscard]] ReplicateCounts counts() const;

 private:
  void run();

  ReplicateConfig config_;
  ReplicaQueue queue_;
  ReplicaSender sender_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace flowcef
