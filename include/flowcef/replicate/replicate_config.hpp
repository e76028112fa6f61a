// What a replication can be told. Plain data with its defaults.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "flowcef/core/ip_address.hpp"
#include "flowcef/core/ip_prefix.hpp"

namespace flowcef {

enum class ReplicateSource : std::uint8_t {
  keep,  ///< the exporter's address and port
  own,   ///< an address of this host, any port
};

/// Formats by the number that a datagram begins with, 16 bits in network order: bit 9 for NetFlow v9. An sFlow datagram
/// begins with a number of 32 bits, so that its first 16 are 0.
using FormatSet = std::uint32_t;
inline constexpr FormatSet kAllFormats = 0;  ///< also what is no export we know

struct ReplicateConfig {
  std::string name;
  Endpoint to;
  ReplicateSource source = ReplicateSource::keep;
  std::vector<IpPrefix> exporters = {};  ///< whose datagrams go on; empty: all
  FormatSet formats = kAllFormats;
  std::vector<std::string> inputs = {};             ///< names; empty: all of exports that come in datagrams
  std::size_t queue_bytes = std::size_t{16} << 20;  ///< memory that datagrams may take while they wait

  friend bool operator==(const ReplicateConfig&, const ReplicateConfig&) = default;
};

/// Returns: whether the process needs CAP_NET_RAW or CAP_NET_ADMIN for it as long as it runs; an exporter that sends from
///          a port below 1024 takes CAP_NET_BIND_SERVICE as well.
[[nodiscard]] inline bool needs_transparent(const ReplicateConfig& config) noexcept {
  return config.source == ReplicateSource::keep;
}

}  // namespace flowcef
