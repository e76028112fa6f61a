// Datagrams to replicate, and a collector on loopback that keeps what comes.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <spdlog/sinks/ostream_sink.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "flowcef/core/file_descriptor.hpp"
#include "flowcef/core/socket_address.hpp"
#include "flowcef/log/log.hpp"
#include "flowcef/replicate/replicate_config.hpp"
#include "flowcef/source/datagram.hpp"

namespace flowcef::test {

inline Endpoint endpoint(std::string_view text) {
  return Endpoint::parse(text).value();
}

inline IpPrefix prefix(std::string_view text) {
  return IpPrefix::parse(text).value();
}

/// Lifetime: views the text.
inline Datagram datagram(std::string_view payload, std::string_view exporter = "192.0.2.1:5000",
                         std::uint8_t hops = 64) {
  Datagram made;
  made.payload = {reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()};
  made.exporter = endpoint(exporter);
  made.listener = endpoint("127.0.0.1:2055");
  made.hops = hops;
  return made;
}

struct Arrival {
  std::string payload;
  Endpoint from;
  int hops = 0;

  friend bool operator==(const Arrival&, const Arrival&) = default;
};

class Collector {
 public:
  explicit Collector(std::string_view address = "127.0.0.1:0") {
    const Endpoint listen = endpoint(address);
    v4_ = listen.address.is_v4();
    socket_ = FileDescriptor(::socket(v4_ ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    setsockopt(socket_.get(), v4_ ? IPPROTO_IP : IPPROTO_IPV6, v4_ ? IP_RECVTTL : IPV6_RECVHOPLIMIT, &on, sizeof on);
    SocketAddress bound(listen);
    if (::bind(socket_.get(), bound.get(), bound.length) != 0) throw std::runtime_error(std::strerror(errno));
    getsockname(socket_.get(), bound.get(), &bound.length);
    address_ = bound.to_endpoint();
  }

  [[nodiscard]] const Endpoint& address() const { return address_; }

  /// Returns: nothing if for some seconds none comes.
  [[nodiscard]] std::optional<Arrival> receive(std::chrono::milliseconds wait = std::chrono::seconds(10)) const {
    pollfd readable{socket_.get(), POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(wait.count())) != 1) return std::nullopt;
    std::string payload(65'536, '\0');
    SocketAddress from;
    alignas(cmsghdr) char control[64];
    iovec piece{payload.data(), payload.size()};
    msghdr header{};
    header.msg_name = from.get();
    header.msg_namelen = sizeof from.storage;
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    const auto length = ::recvmsg(socket_.get(), &header, 0);
    if (length < 0) return std::nullopt;
    payload.resize(static_cast<std::size_t>(length));
    int hops = 0;
    for (cmsghdr* entry = CMSG_FIRSTHDR(&header); entry != nullptr; entry = CMSG_NXTHDR(&header, entry)) {
      if (entry->cmsg_type == IP_TTL || entry->cmsg_type == IPV6_HOPLIMIT) {
        std::memcpy(&hops, CMSG_DATA(entry), sizeof hops);
      }
    }
    return Arrival{payload, from.to_endpoint(), hops};
  }

 private:
  bool v4_ = true;
  FileDescriptor socket_;
  Endpoint address_;
};

inline ReplicateConfig replicate_to(const Endpoint& to, ReplicateSource source = ReplicateSource::own) {
  return {.name = "other", .to = to, .source = source};
}

/// Waits until the condition holds. Returns: whether it did before the deadline.
template <class Condition>
bool wait_for(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return condition();
}

class CapturedLog {
 public:
  [[nodiscard]] Logger logger() const { return factory_.make("replicate"); }
  [[nodiscard]] std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  LogFactory factory_{spdlog::level::info, std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)};
};

}  // namespace flowcef::test
