// What a UDP input can be told. Plain data with its defaults.
#pragma once

#include <cstddef>
#include <vector>

#include "flowcef/core/ip_address.hpp"

namespace flowcef {

struct UdpSourceConfig {
  std::vector<Endpoint> listen;
  std::size_t receive_buffer_bytes = std::size_t{16} * 1024 * 1024;  ///< SO_RCVBUF asked for, per socket

  friend bool operator==(const UdpSourceConfig&, const UdpSourceConfig&) = default;
};

}  // namespace flowcef
