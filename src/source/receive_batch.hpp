// The buffers for one recvmmsg call, made once. Knows neither sockets' owners nor what the bytes mean.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/core/socket_address.hpp"

namespace flowcef {

struct ReceivedDatagram {
  Bytes payload;
  Endpoint from;
  std::int64_t received_ns = 0;
  std::uint8_t hops = 0;  ///< as Datagram::hops
  bool truncated = false;
};

/// Thread: one.
class ReceiveBatch {
 public:
  static constexpr std::size_t kDatagrams = 64;

  explicit ReceiveBatch(std::size_t bytes_per_datagram);
  ReceiveBatch(const ReceiveBatch&) = delete;
  ReceiveBatch& operator=(const ReceiveBatch&) = delete;

  /// Takes what waits at a socket, without waiting.
  /// Returns: how many, 0 to kDatagrams; fewer than kDatagrams: the socket is empty. -1 and errno on error.
  [[nodiscard]] int receive(int fd) noexcept;

  /// Lifetime: the payload is valid until the next receive()
  [[nodiscard]] ReceivedDatagram operator[](std::size_t index) const noexcept;

 private:
  struct alignas(cmsghdr) Control {
    std::uint8_t bytes[128];
  };

  std::size_t bytes_per_datagram_;
  std::unique_ptr<std::uint8_t[]> payloads_;  ///< left uninitialized, so only pages that are used take memory
  std::array<SocketAddress, kDatagrams> senders_;
  std::array<Control, kDatagrams> controls_{};
  std::array<iovec, kDatagrams> vectors_{};
  std::array<mmsghdr, kDatagrams> messages_{};
  std::int64_t now_ns_ = 0;  ///< for messages without a time stamp
};

}  // namespace flowcef
