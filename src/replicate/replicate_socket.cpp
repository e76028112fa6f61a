#include "flowcef/replicate/replicate_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "flowcef/core/socket_address.hpp"

namespace flowcef {
namespace {

/// For bursts, and for datagrams of 64 KiB.
constexpr int kSendBuffer = 4 * 1024 * 1024;
/// The least that the kernel takes: answers by ICMP count against it, and nothing else is received.
constexpr int kReceiveBuffer = 0;

bool set(int fd, int level, int option, int value) noexcept {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

void allow_fragments(int fd, bool v4) noexcept {
  if (v4) {
    set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
    return;
  }
  set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
  set(fd, IPPROTO_IPV6, IPV6_DONTFRAG, 0);
}

/// Without it a datagram that the interface's queue drops counts as sent.
void report_drops(int fd, bool v4) noexcept {
  v4 ? set(fd, IPPROTO_IP, IP_RECVERR, 1) : set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
}

bool set_transparent(int fd, bool v4) noexcept {
  return v4 ? set(fd, IPPROTO_IP, IP_TRANSPARENT, 1) : set(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, 1);
}

/// Other targets have sockets at the same address and port, and so may an input that listens on any address, with
/// SO_REUSEPORT. A bind() with that looks at all sockets of the port, so it comes last if it can: for inputs to come.
bool bind_beside_others(int fd, const SocketAddress& from) noexcept {
  set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  const bool is_bound = ::bind(fd, from.get(), from.length) == 0;
  if (!is_bound && errno != EADDRINUSE) return false;
  set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  return is_bound || ::bind(fd, from.get(), from.length) == 0;
}

FileDescriptor new_socket(bool v4) noexcept {
  return FileDescriptor(::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

}  // namespace

std::expected<FileDescriptor, int> open_replicate_socket(const Endpoint& to, const std::optional<Endpoint>& source) {
  const bool v4 = to.address.is_v4();
  FileDescriptor socket = new_socket(v4);
  if (!socket.is_open()) return std::unexpected(errno);
  const int fd = socket.get();
  allow_fragments(fd, v4);
  report_drops(fd, v4);
  set(fd, SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
  set(fd, SOL_SOCKET, SO_SNDBUF, kSendBuffer);  // as large as the system allows
  if (source) {
    if (!set_transparent(fd, v4)) return std::unexpected(errno);
    if (!bind_beside_others(fd, SocketAddress(*source))) return std::unexpected(errno);
  }
  const SocketAddress peer(to);
  if (::connect(fd, peer.get(), peer.length) != 0) return std::unexpected(errno);
  return socket;
}

void discard_answers(int fd) noexcept {
  msghdr nothing{};
  while (::recvmsg(fd, &nothing, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0) {
  }
}

int transparent_error(const Endpoint& to) {
  const bool v4 = to.address.is_v4();
  const FileDescriptor socket = new_socket(v4);
  return socket.is_open() && set_transparent(socket.get(), v4) ? 0 : errno;
}

std::string error_name(int error) {
  const char* const name = error > 0 ? strerrorname_np(error) : nullptr;
  return name != nullptr ? name : "unknown";
}

std::string describe_replicate_error(int error) {
  std::string text = std::strerror(error);
  switch (error) {
    case EPERM:
      return text + ": CAP_NET_RAW is missing, or a firewall of this host refuses what it sends";
    case EACCES:
      return text +
             ": `to` is a broadcast address, or an exporter sends from a port below 1024, which takes "
             "CAP_NET_BIND_SERVICE";
    case EADDRINUSE:
      return text + ": a program of this host has the exporter's address and port";
    case ENOBUFS:
      return text + ": the interface's queue is full, or a rule of its traffic control drops the datagram";
    case EMFILE:
      return text + ": allow more, with LimitNOFILE= in the systemd unit";
    default:
      return text;
  }
}

}  // namespace flowcef
