// Finds the outermost IP packet in a captured frame and reads its headers. Knows no UDP and keeps no state.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/core/ip_address.hpp"
#include "flowcef/source/capture_counts.hpp"

namespace flowcef {

/// Lifetime: `payload` views the frame (or the reassembler's buffer).
struct IpPacket {
  IpAddress source;
  IpAddress destination;
  Bytes payload;                   ///< what was captured of it; never more than payload_length
  std::size_t payload_length = 0;  ///< what the headers claim
  std::uint32_t fragment_id = 0;
  std::uint32_t fragment_offset = 0;  ///< bytes
  bool is_fragment = false;
  bool more_fragments = false;
  bool is_v6 = false;
  std::uint8_t hops = 0;      ///< time to live or hop limit
  std::uint8_t protocol = 0;  ///< of `payload`; for an IPv6 fragment what the fragment header says
};

inline constexpr std::uint8_t kProtocolUdp = 17;

[[nodiscard]] bool is_supported_link_type(int link_type) noexcept;
/// Returns: the link types that is_supported_link_type() takes, for an error message.
[[nodiscard]] const char* supported_link_types() noexcept;

/// Input:    a frame as captured, perhaps cut; VLAN tags in any number are passed over
/// Returns:  ok, and the bytes from the IP header to the end of the frame in `ip`
/// Errors:   other, truncated, bad (IP version and link header disagree)
/// Lifetime: `ip` views `frame`
/// Source:   https://www.tcpdump.org/linktypes.html
[[nodiscard]] FrameVerdict find_ip(int link_type, Bytes frame, Bytes& ip) noexcept;

/// Input:    bytes from the IP header on; what follows the packet (padding, checksum) is ignored
/// Returns:  ok, and the packet, IPv6 extension headers passed over up to a fragment header
/// Errors:   truncated, bad
/// Lifetime: `packet` views `ip`
/// Source:   RFC 791 section 3.1, RFC 8200 sections 3 and 4
[[nodiscard]] FrameVerdict parse_ip(Bytes ip, IpPacket& packet) noexcept;

/// Moves `payload` and `protocol` past IPv6 extension headers, up to and past the first fragment header.
/// A fragment header that says "all of it" (RFC 6946) is passed over as well.
/// Errors:   truncated, bad
[[nodiscard]] FrameVerdict skip_extension_headers(IpPacket& packet) noexcept;

/// Returns: whether the payload is UDP, or may be UDP behind further IPv6 extension headers.
[[nodiscard]] bool may_carry_udp(const IpPacket& packet) noexcept;

}  // namespace flowcef
