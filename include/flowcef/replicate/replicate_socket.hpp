// UDP sockets that are connected to a target and send what anybody else sent.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "flowcef/core/file_descriptor.hpp"
#include "flowcef/core/ip_address.hpp"

namespace flowcef {

/// Datagrams longer than the MTU leave as fragments: don't-fragment is clear. What the interface's queue drops fails with
/// ENOBUFS, and what came back by ICMP fails the next datagram, which is not sent then.
/// Input:   `source`: what datagrams shall come from, though it is of another host; nothing: this host, any port
/// Errors:  errno; EPERM without CAP_NET_RAW or CAP_NET_ADMIN for a source that is given
/// Source:  ip(7) IP_TRANSPARENT, ipv6(7)
[[nodiscard]] std::expected<FileDescriptor, int> open_replicate_socket(const Endpoint& to,
                                                                       const std::optional<Endpoint>& source);

/// Forgets what came back for earlier datagrams by ICMP; a poll() would return for it again and again.
void discard_answers(int fd) noexcept;

/// Returns: errno why this process cannot send from addresses of others to such a target; 0: it can.
[[nodiscard]] int transparent_error(const Endpoint& to);

/// Returns: `EPERM`
[[nodiscard]] std::string error_name(int error);

/// Returns: `Operation not permitted`, with what to do where that is not plain.
[[nodiscard]] std::string describe_replicate_error(int error);

}  // namespace flowcef
