// Who the exporter is where datagrams come from somebody else: a NAT, a replicator, a collector that passes them on.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "flowcef/core/ip_address.hpp"
#include "flowcef/core/ip_prefix.hpp"

namespace flowcef {

/// Of several rules the first that fits counts.
struct IdentityRule {
  IpPrefix from;                        ///< who sends the datagrams
  std::optional<std::uint16_t> port;    ///< it sends them from; nothing: any
  std::optional<std::uint32_t> domain;  ///< as ExportContext::domain; nothing: any
  std::optional<IpAddress> exporter;    ///< nothing: exporterIPv4Address and exporterIPv6Address say who it is

  friend bool operator==(const IdentityRule&, const IdentityRule&) = default;
};

/// Input:   `domain`: nothing: the datagram has no header to tell it from
/// Returns: null if none fits: the exporter is who sends.
[[nodiscard]] const IdentityRule* find_identity(const std::vector<IdentityRule>& rules, const Endpoint& sender,
                                                std::optional<std::uint32_t> domain) noexcept;

/// Returns: the exporter that the rule which fits names, or else the sender.
[[nodiscard]] IpAddress exporter_by_identity(const std::vector<IdentityRule>& rules, const Endpoint& sender,
                                             std::optional<std::uint32_t> domain) noexcept;

}  // namespace flowcef
