// Endpoints as the socket calls want them, and back.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "flowcef/core/ip_address.hpp"

namespace flowcef {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;

  SocketAddress() = default;
  explicit SocketAddress(const Endpoint& endpoint) noexcept {
    if (endpoint.address.is_v4()) {
      sockaddr_in v4{};
      v4.sin_family = AF_INET;
      v4.sin_port = htons(endpoint.port);
      std::memcpy(&v4.sin_addr, endpoint.address.ipv4_bytes(), sizeof v4.sin_addr);
      store(v4);
    } else {
      sockaddr_in6 v6{};
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(endpoint.port);
      std::memcpy(&v6.sin6_addr, endpoint.address.ipv6_bytes().data(), sizeof v6.sin6_addr);
      store(v6);
    }
  }

  [[nodiscard]] sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }

  /// Returns: 0.0.0.0 port 0 for a family that is neither IPv4 nor IPv6.
  [[nodiscard]] Endpoint to_endpoint() const noexcept {
    if (storage.ss_family == AF_INET) {
      sockaddr_in v4;
      std::memcpy(&v4, &storage, sizeof v4);
      std::uint8_t bytes[4];
      std::memcpy(bytes, &v4.sin_addr, sizeof bytes);
      return {IpAddress::from_ipv4(bytes), ntohs(v4.sin_port)};
    }
    if (storage.ss_family == AF_INET6) {
      sockaddr_in6 v6;
      std::memcpy(&v6, &storage, sizeof v6);
      return {IpAddress::from_ipv6(v6.sin6_addr.s6_addr), ntohs(v6.sin6_port)};
    }
    return {};
  }

 private:
  template <class T>
  void store(const T& address) noexcept {
    std::memcpy(&storage, &address, sizeof address);
    length = sizeof address;
  }
};

}  // namespace flowcef
