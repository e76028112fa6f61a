// Which addresses are this host's.
#pragma once

#include <vector>

#include "flowcef/core/ip_address.hpp"

namespace flowcef {

/// Returns: those that interfaces have now, loopback too; nothing where the system does not tell.
[[nodiscard]] std::vector<IpAddress> local_addresses();

/// Returns: whether what is sent to `to` comes to a socket that listens at `listener`.
/// Input:   `local`: as local_addresses() returns them
[[nodiscard]] bool reaches(const Endpoint& to, const Endpoint& listener, const std::vector<IpAddress>& local);

}  // namespace flowcef
