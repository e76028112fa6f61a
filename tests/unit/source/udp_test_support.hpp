// Sends datagrams on loopback from chosen addresses, and keeps what was logged.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <spdlog/sinks/ostream_sink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "flowcef/core/ip_address.hpp"
#include "flowcef/log/log.hpp"
#include "flowcef/source/udp_source_config.hpp"

namespace flowcef::test {

inline constexpr auto kDeadline = std::chrono::seconds(20);

inline Endpoint endpoint(std::string_view text) {
  return Endpoint::parse(text).value();
}

inline UdpSourceConfig listen_on(std::vector<Endpoint> addresses) {
  return {.listen = std::move(addresses), .receive_buffer_bytes = 4 * 1024 * 1024};
}

struct RawAddress {
  explicit RawAddress(const Endpoint& endpoint) {
    if (endpoint.address.is_v4()) {
      auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
      v4->sin_family = AF_INET;
      v4->sin_port = htons(endpoint.port);
      std::memcpy(&v4->sin_addr, endpoint.address.ipv4_bytes(), 4);
      length = sizeof *v4;
    } else {
      auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
      v6->sin6_family = AF_INET6;
      v6->sin6_port = htons(endpoint.port);
      std::memcpy(&v6->sin6_addr, endpoint.address.ipv6_bytes().data(), 16);
      length = sizeof *v6;
    }
  }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }

  sockaddr_storage storage{};
  socklen_t length = 0;
};

/// A UDP socket bound to `from`, an ephemeral port if that is 0. With `any_address` that need not be an address of
/// this host, for IPv6, which takes CAP_NET_ADMIN.
class Sender {
 public:
  explicit Sender(const Endpoint& from, bool any_address = false) {
    fd_ = ::socket(from.address.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    if (any_address && setsockopt(fd_, IPPROTO_IPV6, IPV6_TRANSPARENT, &on, sizeof on) != 0) {
      close(fd_);
      throw std::runtime_error(std::string("IPV6_TRANSPARENT: ") + std::strerror(errno));
    }
    RawAddress address(from);
    if (fd_ < 0 || bind(fd_, address.get(), address.length) != 0) {
      throw std::runtime_error("cannot bind " + from.to_string() + ": " + std::strerror(errno));
    }
    getsockname(fd_, address.get(), &address.length);
    port_ = ntohs(reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port);  // at the same place in both
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  ~Sender() { close(fd_); }

  void send(std::string_view payload, const Endpoint& to) const {
    RawAddress address(to);
    const auto sent = sendto(fd_, payload.data(), payload.size(), 0, address.get(), address.length);
    if (sent != static_cast<ssize_t>(payload.size())) throw std::runtime_error(std::strerror(errno));
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

/// The listen address as the loopback address of its family reaches it.
inline Endpoint reachable(Endpoint listener) {
  listener.address = *IpAddress::parse(listener.address.is_v4() ? "127.0.0.1" : "::1");
  return listener;
}

inline std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class CapturedLog {
 public:
  [[nodiscard]] Logger logger() const { return factory_.make("source"); }
  [[nodiscard]] std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  LogFactory factory_{spdlog::level::info, std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)};
};

}  // namespace flowcef::test
