#include "stream_listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <boost/asio/ip/v6_only.hpp>

#include "flowcef/core/byte_order.hpp"
#include "listen_error.hpp"

namespace flowcef {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

namespace {

tcp::endpoint to_asio(const Endpoint& endpoint) {
  if (!endpoint.address.is_v4()) return {asio::ip::address_v6(endpoint.address.ipv6_bytes()), endpoint.port};
  return {asio::ip::address_v4(load_be<std::uint32_t>(endpoint.address.ipv4_bytes())), endpoint.port};
}

}  // namespace

Endpoint to_endpoint(const asio::ip::tcp::endpoint& endpoint) noexcept {
  const auto& address = endpoint.address();
  return {address.is_v4() ? IpAddress::from_ipv4(address.to_v4().to_bytes().data())
                          : IpAddress::from_ipv6(address.to_v6().to_bytes().data()),
          endpoint.port()};
}

tcp::acceptor open_acceptor(asio::io_context& context, const Endpoint& address, bool shares_port) {
  const tcp::endpoint local = to_asio(address);
  tcp::acceptor acceptor(context);
  const auto check = [&](const Error& error) {
    if (error) throw ListenError(error.value(), address, "ss -ltnp");
  };
  Error error;
  check(acceptor.open(local.protocol(), error));
  check(acceptor.set_option(tcp::acceptor::reuse_address(true), error));
  if (!address.address.is_v4()) check(acceptor.set_option(asio::ip::v6_only(true), error));
  if (shares_port) set_port_sharing(acceptor, true);
  check(acceptor.bind(local, error));
  check(acceptor.listen(tcp::acceptor::max_listen_connections, error));
  check(acceptor.non_blocking(true, error));
  // Asio would wait for another connection in place of one that is gone.
  check(acceptor.set_option(asio::socket_base::enable_connection_aborted(true), error));
  return acceptor;
}

void set_port_sharing(tcp::acceptor& acceptor, bool shared) {
  const int value = shared ? 1 : 0;
  ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &value, sizeof value);
}

void set_keep_alive(tcp::socket& socket) {
  Error ignored;
  static_cast<void>(socket.set_option(asio::socket_base::keep_alive(true), ignored));
  const auto set_number = [&](int option, int value) {
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
  };
  set_number(TCP_KEEPIDLE, 60);
  set_number(TCP_KEEPINTVL, 15);
  set_number(TCP_KEEPCNT, 4);
}

}  // namespace flowcef
