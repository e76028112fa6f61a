// Sends replicas to one target, many to a system call, and enters in the books what became of each.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "flowcef/core/file_descriptor.hpp"
#include "flowcef/log/log.hpp"
#include "flowcef/log/rate_limiter.hpp"
#include "flowcef/replicate/replica_queue.hpp"
#include "flowcef/replicate/replicate_config.hpp"
#include "flowcef/replicate/transparent_sockets.hpp"

namespace flowcef {

/// Datagrams leave with the time to live they came with less one, so that a loop ends. One that no more hop is allowed is
/// dropped.
/// Thread: one.
class ReplicaSender {
 public:
  static constexpr std::size_t kGroup = 64;  ///< datagrams per system call
  /// Time to live of datagrams of which it is not known. Source: RFC 1700
  static constexpr std::uint8_t kDefaultHops = 64;

  ReplicaSender(const ReplicateConfig& config, ReplicaQueue& queue, Logger log);

  /// Returns once something has become of each, by the deadline of the queue at the latest.
  void send(std::span<const ReplicaRef> replicas);

 private:
  struct alignas(cmsghdr) Control {
    std::uint8_t bytes[CMSG_SPACE(sizeof(int))];
  };

  /// Of the first datagram, which is not sent yet.
  struct Tries {
    bool after_answer = false;  ///< it was kept back by the answer to an earlier one
    int without_room = 0;
  };

  /// Returns: a reason not to send it at all; null: none.
  [[nodiscard]] const char* refusal(const Replica& replica) const noexcept;
  [[nodiscard]] std::size_t group_of(std::span<const ReplicaRef> replicas) const noexcept;
  [[nodiscard]] std::expected<int, int> socket_for(const Replica& replica);
  [[nodiscard]] int send_group(int fd, std::span<const ReplicaRef> group) noexcept;
  void account(std::span<const ReplicaRef> group);
  /// Returns: whether the first of them is to be tried again; otherwise it is dropped.
  [[nodiscard]] bool recover(int error, int fd, const Replica& first);
  void wait_for_room(int fd) const;
  void forget_socket(const Replica& replica);
  void drop(const Replica& replica, int error);

  const ReplicateConfig config_;
  ReplicaQueue& queue_;
  Logger log_;
  RateLimiter errors_log_;
  FileDescriptor own_;
  TransparentSockets kept_;
  Tries tries_;
  std::array<iovec, kGroup> pieces_{};
  std::array<Control, kGroup> controls_{};
  std::array<mmsghdr, kGroup> messages_{};
};

}  // namespace flowcef
