// Opens the UDP sockets of all ingest workers, before privileges are dropped and threads start.
#pragma once

#include <system_error>
#include <utility>
#include <vector>

#include "flowcef/core/ip_address.hpp"
#include "flowcef/log/log.hpp"
#include "flowcef/source/udp_source_config.hpp"

namespace flowcef {

/// A bound UDP socket that is not read yet; the kernel already queues what arrives.
class UdpSocket {
 public:
  /// Input: takes `fd` over; `local` is the address it is bound to.
  UdpSocket(int fd, const Endpoint& local) noexcept : fd_(fd), local_(local) {}
  UdpSocket(UdpSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), local_(other.local_) {}
  UdpSocket& operator=(UdpSocket&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(local_, other.local_);
    return *this;
  }
  ~UdpSocket();

  [[nodiscard]] int fd() const noexcept { return fd_; }
  /// Returns: the configured address, with the port that was bound where the configuration says 0.
  [[nodiscard]] const Endpoint& local() const noexcept { return local_; }
  /// The caller closes it from now on.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
  Endpoint local_;
};

/// Opens one socket per worker and listen address; the workers of an address share its port (SO_REUSEPORT) and the
/// kernel is told to pick the worker by the exporter's address alone. An IPv6 address takes IPv6 only, so 0.0.0.0 and ::
/// may both be listened on at one port.
/// Input:   workers, at least 1
/// Returns: [worker][listen address], in the order of the configuration
/// Errors:  std::system_error `cannot listen on 0.0.0.0:2055: Address already in use (what to do)`; also if another
///          process would share the port, since it would take part of the exports away
[[nodiscard]] std::vector<std::vector<UdpSocket>> open_udp_sockets(const UdpSourceConfig& config, unsigned workers,
                                                                   const Logger& logger);

/// Has the kernel pick the socket of an SO_REUSEPORT group by a hash of the IP source address, so that all that an
/// exporter sends, from whatever port, meets one template cache.
/// Input:   any socket of the group; `workers` is how many sockets the group has
/// Errors:  what setsockopt says; the kernel then goes on to pick by address and port
/// Source:  socket(7) SO_ATTACH_REUSEPORT_CBPF
[[nodiscard]] std::error_code attach_source_steering(int fd, bool is_v6, unsigned workers) noexcept;

}  // namespace flowcef
