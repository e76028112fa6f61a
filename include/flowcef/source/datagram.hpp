// What a source hands to decode: one export message as it came off the network or out of a file.
#pragma once

#include <cstdint>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/core/ip_address.hpp"

namespace flowcef {

/// Lifetime: `payload` is valid until the callback that was given the datagram returns.
struct Datagram {
  Bytes payload;
  Endpoint exporter;             ///< where it came from
  Endpoint listener;             ///< where it was sent to
  std::int64_t received_ns = 0;  ///< arrival (or capture) time, nanoseconds since 1970 UTC
  std::uint64_t frame = 0;       ///< number of the frame in its capture file, from 1; 0 off a socket
  std::uint64_t session = 0;     ///< number of the TCP or TLS connection, never used twice; 0: came over UDP
  std::uint8_t hops = 0;         ///< time to live or hop limit as it came; 0: unknown
};

}  // namespace flowcef
