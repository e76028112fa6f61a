// Opens the UDP sockets of all ingest workers.
#pragma once

#include <cstddef>
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
  UdpSocket(int fd, const Endpoint& configured, const Endpoint& local) noexcept
      : fd_(fd), configured_(configured), local_(local) {}
  UdpSocket(UdpSocket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), configured_(other.configured_), local_(other.local_) {}
  UdpSocket& operator=(UdpSocket&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(configured_, other.configured_);
    std::swap(local_, other.local_);
    return *this;
  }
  ~UdpSocket();

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] const Endpoint& configured() const noexcept { return configured_; }
  /// Returns: the configured address, with the port that was bound where the configuration says 0.
  [[nodiscard]] const Endpoint& local() const noexcept { return local_; }
  /// The caller closes it from now on.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
  Endpoint configured_;
  Endpoint local_;
};

/// Opens one socket per worker and listen address; the workers of an address share its port (SO_REUSEPORT) and the
/// kernel is told to pick the worker by the exporter's address alone. An IPv6 address takes IPv6 only, so 0.0.0.0 and ::
/// may both be listened on at one port.
/// Input:   `workers`, at least 1; `open_already`: what the input listens on now, if its configuration changes. The new
///          addresses may overlap with those at one port, as 0.0.0.0 and 192.0.2.1 do.
/// Returns: [worker][listen address], in the order of the configuration
/// Errors:  std::system_error `cannot listen on 0.0.0.0:2055: Address already in use (what to do)`; also if another
///          process would share the port, since it would take part of the exports away
[[nodiscard]] std::vector<std::vector<UdpSocket>> open_udp_sockets(const UdpSourceConfig& config, unsigned workers,
                                                                   const Logger& logger,
                                                                   const std::vector<Endpoint>& open_already = {});

/// Asks for a receive buffer, beyond net.core.rmem_max where the process may. A socket that has more than it would get
/// now, since it was opened with more rights, keeps what it has.
/// Returns: the size in bytes that the socket has now
[[nodiscard]] std::size_t set_receive_buffer(int fd, std::size_t wanted) noexcept;

/// Logs how to allow the size that was asked for, if much of it was not granted.
void warn_if_capped(const Endpoint& local, std::size_t wanted, std::size_t granted, const Logger& logger);

/// Has the kernel pick the socket of an SO_REUSEPORT group by a hash of the IP source address, so that all that an
/// exporter sends, from whatever port, meets one template cache.
/// Input:   any socket of the group; `workers` is how many sockets the group has
/// Errors:  what setsockopt says; the kernel then goes on to pick by address and port
/// Source:  socket(7) SO_ATTACH_REUSEPORT_CBPF
[[nodiscard]] std::error_code attach_source_steering(int fd, bool is_v6, unsigned workers) noexcept;

}  // namespace flowcef
