// Compares addresses that are listened on: which a new configuration adds to those of the old one, and which go.
#pragma once

#include <vector>

#include "flowcef/core/ip_address.hpp"

namespace flowcef {

struct ListenChange {
  std::vector<Endpoint> added;
  std::vector<Endpoint> removed;
};

/// Compares addresses as they are configured: one with port 0 stays, whatever port it was given. One that is there
/// twice is removed once if it is there once in `after`.
/// Returns: both lists in the order of the configuration they come from
[[nodiscard]] ListenChange listen_change(const std::vector<Endpoint>& before, const std::vector<Endpoint>& after);

/// Returns: whether addresses of one family have a port in common; port 0 is none yet.
[[nodiscard]] bool share_port(const Endpoint& one, const Endpoint& other) noexcept;

}  // namespace flowcef
