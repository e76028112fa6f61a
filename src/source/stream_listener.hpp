// Listening TCP sockets, and what Asio calls an endpoint.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "flowcef/core/ip_address.hpp"

namespace flowcef {

[[nodiscard]] Endpoint to_endpoint(const boost::asio::ip::tcp::endpoint& endpoint) noexcept;

/// An IPv6 address takes IPv6 only, as over UDP.
/// Input:   `shares_port`: may overlap with another that does, see set_port_sharing()
/// Returns: an acceptor that listens and never waits
/// Errors:  std::system_error, see ListenError
[[nodiscard]] boost::asio::ip::tcp::acceptor open_acceptor(boost::asio::io_context& context, const Endpoint& address,
                                                           bool shares_port);

/// Sets SO_REUSEPORT. Errors: none; whoever needs it cannot bind then.
void set_port_sharing(boost::asio::ip::tcp::acceptor& acceptor, bool shared);

/// RFC 7011 knows no heartbeat, so that a peer that is gone shows by TCP's own means alone.
void set_keep_alive(boost::asio::ip::tcp::socket& socket);

}  // namespace flowcef
