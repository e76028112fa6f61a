#include "flowcef/sink/datagram_socket.hpp"

#include <algorithm>
#include <boost/asio.hpp>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "flowcef/sink/host_resolver.hpp"

namespace flowcef {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using ErrorCode = boost::system::error_code;

/// One large datagram needs 64 KiB; the rest takes bursts.
constexpr int kSendBuffer = 4 * 1024 * 1024;

void set(int socket, int level, int option, int value) {
  ::setsockopt(socket, level, option, &value, sizeof value);
}

/// allow: a line above the MTU leaves as fragments, don't-fragment clear, instead of being refused or lost at a narrower
/// hop. path_mtu: it is refused, and don't-fragment set on all others, by which the kernel learns the path MTU.
void set_fragments(int socket, IpVersion version, const UdpConfig& config) {
  const bool allow = config.fragment == Fragment::allow;
  if (version == IpVersion::v4) {
    set(socket, IPPROTO_IP, IP_MTU_DISCOVER, allow ? IP_PMTUDISC_DONT : IP_PMTUDISC_DO);
    return;
  }
  set(socket, IPPROTO_IPV6, IPV6_MTU_DISCOVER, allow ? IPV6_PMTUDISC_DONT : IPV6_PMTUDISC_DO);
  set(socket, IPPROTO_IPV6, IPV6_DONTFRAG, allow ? 0 : 1);
  if (config.ipv6_mtu != 0) set(socket, IPPROTO_IPV6, IPV6_MTU, static_cast<int>(config.ipv6_mtu));
}

std::string advice(int error) {
  switch (error) {
    case EADDRNOTAVAIL:
      return ": this machine has no such address";
    case EACCES:
      return ": a port below 1024 needs the right CAP_NET_BIND_SERVICE";
    case EADDRINUSE:
      return ": another program has the port";
    case EAFNOSUPPORT:
      return ": it is of another IP version than the receiver's address";
    default:
      return "";
  }
}

ErrorCode bind_source(udp::socket& socket, const SinkConfig& config, const udp& protocol) {
  ErrorCode error;
  const asio::ip::address source = asio::ip::make_address(config.source_address, error);
  if (error) return error;
  if (source.is_v4() != (protocol == udp::v4())) return asio::error::address_family_not_supported;
  // The socket that this one replaces still has the port.
  if (config.source_port != 0) socket.set_option(asio::socket_base::reuse_address(true), error);
  socket.bind({source, config.source_port}, error);
  return error;
}

}  // namespace

std::expected<void, DatagramSocket::Failure> DatagramSocket::connect(const SinkConfig& config,
                                                                     const asio::ip::address& receiver) {
  const udp::endpoint peer(receiver, config.port);
  const IpVersion version = receiver.is_v4() ? IpVersion::v4 : IpVersion::v6;
  udp::socket fresh(socket_.get_executor());
  ErrorCode error;
  fresh.open(peer.protocol(), error);
  if (error) return std::unexpected(Failure{error.value(), error.message()});
  set_fragments(fresh.native_handle(), version, config.udp);
  set(fresh.native_handle(), SOL_SOCKET, SO_SNDBUF, kSendBuffer);  // as large as the system allows
  if (!config.source_address.empty()) {
    if (const ErrorCode bound = bind_source(fresh, config, peer.protocol())) {
      const std::string source =
          config.source_port == 0 ? config.source_address : host_and_port(config.source_address, config.source_port);
      return std::unexpected(
          Failure{bound.value(), "cannot use source " + source + ": " + bound.message() + advice(bound.value())});
    }
  }
  fresh.connect(peer, error);
  if (error) return std::unexpected(Failure{error.value(), error.message()});
  socket_ = std::move(fresh);
  version_ = version;
  fragment_mtu_ = version == IpVersion::v6 ? config.udp.ipv6_mtu : 0;
  fragments_ = config.udp.fragment == Fragment::allow;
  return {};
}

PacketSizes DatagramSocket::packet_sizes() {
  int mtu = 0;
  socklen_t size = sizeof mtu;
  const int level = is_v4() ? IPPROTO_IP : IPPROTO_IPV6;
  const int option = is_v4() ? IP_MTU : IPV6_MTU;
  if (::getsockopt(socket_.native_handle(), level, option, &mtu, &size) != 0 || mtu < 0) return {};
  const auto path = static_cast<std::size_t>(mtu);
  const std::size_t fragment = fragment_mtu_ == 0 ? path : std::min(path, fragment_mtu_);
  // Linux keeps the fragments to IPV6_MTU, but makes none of a packet that the path takes; without fragments it refuses
  // what is above IPV6_MTU.
  return {version_, fragments_ ? path : fragment, fragment};
}

int DatagramSocket::send(const LineBatch& batch, std::span<const LineRef> lines) {
  const std::size_t count = std::min(lines.size(), kGroup);
  for (std::size_t i = 0; i < count; ++i) {
    pieces_[i] = {const_cast<char*>(batch.message(lines[i]).data()), lines[i].length};
    messages_[i].msg_hdr.msg_iov = &pieces_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
  }
  return ::sendmmsg(socket_.native_handle(), messages_.data(), static_cast<unsigned>(count),
                    MSG_DONTWAIT | MSG_NOSIGNAL);
}

asio::awaitable<void> DatagramSocket::room() {
  co_await socket_.async_wait(udp::socket::wait_write, asio::as_tuple(asio::use_awaitable));
}

}  // namespace flowcef
