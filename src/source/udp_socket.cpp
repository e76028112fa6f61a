#include "flowcef/source/udp_socket.hpp"

#include <linux/filter.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <span>

#include "flowcef/core/socket_address.hpp"
#include "flowcef/source/listen_change.hpp"
#include "listen_error.hpp"

namespace flowcef {
namespace {

constexpr const char* kShowSockets = "ss -lunp";

void set_option(const UdpSocket& socket, int level, int name, int value) {
  if (setsockopt(socket.fd(), level, name, &value, sizeof value) != 0)
    throw ListenError(errno, socket.local(), kShowSockets);
}

/// Returns: bytes; socket(7): the kernel doubles what it was told, for its own bookkeeping.
std::size_t receive_buffer_of(int fd) noexcept {
  int granted = 0;
  socklen_t length = sizeof granted;
  if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &granted, &length) != 0) return 0;
  return static_cast<std::size_t>(granted) / 2;
}

/// Returns: what a socket without a history gets if it asks for that many bytes.
std::size_t grantable(int value) noexcept {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return 0;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, sizeof value);
  const std::size_t granted = receive_buffer_of(fd);
  ::close(fd);
  return granted;
}

std::uint16_t bound_port(const UdpSocket& socket) {
  SocketAddress bound;
  if (getsockname(socket.fd(), bound.get(), &bound.length) != 0) throw ListenError(errno, socket.local(), kShowSockets);
  return bound.to_endpoint().port;
}

UdpSocket make_socket(const Endpoint& address) {
  const int family = address.address.is_v4() ? AF_INET : AF_INET6;
  const int fd = ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw ListenError(errno, address, kShowSockets);
  return {fd, address, address};
}

/// Input: `address` is `configured` with the port to bind; `alone` is set for the first socket of a port. It is bound
/// before it agrees to share, so that a port that another process reads, even one that shares it, is an error.
UdpSocket open_socket(const Endpoint& configured, const Endpoint& address, bool alone, std::size_t& buffer_bytes) {
  UdpSocket socket = make_socket(address);
  if (!address.address.is_v4()) set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  set_option(socket, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  if (address.address.is_v4()) {
    set_option(socket, IPPROTO_IP, IP_RECVTTL, 1);
  } else {
    set_option(socket, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
  }
  buffer_bytes = set_receive_buffer(socket.fd(), buffer_bytes);
  if (!alone) set_option(socket, SOL_SOCKET, SO_REUSEPORT, 1);
  const SocketAddress local(address);
  if (bind(socket.fd(), local.get(), local.length) != 0) throw ListenError(errno, address, kShowSockets);
  if (alone) set_option(socket, SOL_SOCKET, SO_REUSEPORT, 1);
  const Endpoint bound{address.address, bound_port(socket)};
  return {socket.release(), configured, bound};
}

bool shares_port_with_earlier(std::span<const Endpoint> listen, std::size_t index) {
  return std::ranges::any_of(listen.first(index),
                             [&](const Endpoint& earlier) { return share_port(earlier, listen[index]); });
}

/// The same address is none to share with: its sockets are a group of their own.
bool overlaps(const std::vector<Endpoint>& open_already, const Endpoint& address) {
  return std::ranges::any_of(open_already, [&](const Endpoint& other) {
    return share_port(other, address) && other.address != address.address;
  });
}

constexpr sock_filter statement(unsigned code, std::uint32_t value) noexcept {
  return {static_cast<__u16>(code), 0, 0, value};
}

/// Offset of the source address in the IP header; the program sees the UDP payload, SKF_NET_OFF leads back.
constexpr std::uint32_t source_word(bool is_v6, unsigned word) noexcept {
  return static_cast<std::uint32_t>(SKF_NET_OFF) + (is_v6 ? 8U : 12U) + 4U * word;
}

}  // namespace

UdpSocket::~UdpSocket() {
  if (fd_ >= 0) ::close(fd_);
}

std::vector<std::vector<UdpSocket>> open_udp_sockets(const UdpSourceConfig& config, unsigned workers,
                                                     const Logger& logger, const std::vector<Endpoint>& open_already) {
  std::vector<std::vector<UdpSocket>> sockets(workers);
  for (std::size_t i = 0; i < config.listen.size(); ++i) {
    Endpoint address = config.listen[i];
    for (unsigned worker = 0; worker < workers; ++worker) {
      const bool alone = worker == 0 && !shares_port_with_earlier(config.listen, i) && !overlaps(open_already, address);
      std::size_t buffer_bytes = config.receive_buffer_bytes;
      sockets[worker].push_back(open_socket(config.listen[i], address, alone, buffer_bytes));
      const UdpSocket& socket = sockets[worker].back();
      if (worker == 0) warn_if_capped(socket.local(), config.receive_buffer_bytes, buffer_bytes, logger);
      address = socket.local();
    }
    if (workers < 2) continue;
    if (const auto error = attach_source_steering(sockets[0][i].fd(), !address.address.is_v4(), workers)) {
      logger->warn(
          "the kernel refuses to steer by exporter address, templates may miss their data if an exporter "
          "sends "
          "from several ports (workers = 1 avoids it): address={} error={}",
          address.to_string(), error.message());
    }
  }
  return sockets;
}

std::size_t set_receive_buffer(int fd, std::size_t wanted) noexcept {
  const int value = static_cast<int>(std::min<std::size_t>(wanted, std::numeric_limits<int>::max()));
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &value, sizeof value) == 0) return receive_buffer_of(fd);
  const std::size_t present = receive_buffer_of(fd);
  if (wanted > present && grantable(value) <= present) return present;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, sizeof value);
  return receive_buffer_of(fd);
}

void warn_if_capped(const Endpoint& local, std::size_t wanted, std::size_t granted, const Logger& logger) {
  if (granted >= wanted / 4 * 3) return;
  logger->warn(
      "receive buffer is smaller than asked for, bursts may be lost: address={} wanted={} granted={}; "
      "allow it with: sysctl -w net.core.rmem_max={}",
      local.to_string(), wanted, granted, wanted);
}

std::error_code attach_source_steering(int fd, bool is_v6, unsigned workers) noexcept {
  constexpr std::uint32_t kGoldenRatio = 0x9e3779b1;  // multiplicative hashing spreads neighbouring addresses
  sock_filter program[24];
  unsigned short length = 0;
  const auto emit = [&](unsigned code, std::uint32_t value) { program[length++] = statement(code, value); };
  emit(BPF_LD | BPF_IMM, 0);
  for (unsigned word = 0; word < (is_v6 ? 4U : 1U); ++word) {
    emit(BPF_MISC | BPF_TAX, 0);
    emit(BPF_LD | BPF_W | BPF_ABS, source_word(is_v6, word));
    emit(BPF_ALU | BPF_XOR | BPF_X, 0);
    emit(BPF_ALU | BPF_MUL | BPF_K, kGoldenRatio);
  }
  emit(BPF_ALU | BPF_RSH | BPF_K, 16);
  emit(BPF_ALU | BPF_MOD | BPF_K, workers);
  emit(BPF_RET | BPF_A, 0);
  const sock_fprog filter{length, program};
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof filter) == 0) return {};
  return {errno, std::generic_category()};
}

}  // namespace flowcef
