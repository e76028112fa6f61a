// The kernel's filter of a tap, in libpcap's language.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace flowcef {

/// What may be, or be a part of, a UDP datagram to one of the ports: those whose port can be seen; later fragments, which
/// have none; IPv6 behind extension headers, where the filter cannot look. So the port is to be checked again.
/// Input: `has_tags`: VLAN tags may stand in front, up to two; only Ethernet has them
[[nodiscard]] std::string tap_filter(std::span<const std::uint16_t> ports, bool has_tags);

/// Returns: the names of the interfaces that can be tapped, `any` the last one
[[nodiscard]] std::vector<std::string> tap_interfaces();

/// Returns: `eth0, lo or any`
[[nodiscard]] std::string listed_tap_interfaces();

}  // namespace flowcef
