#include "flowcef/source/ip_packet.hpp"

#include <algorithm>

namespace flowcef {
namespace {

// libpcap maps LINKTYPE_RAW (101) to DLT_RAW (12); both are taken, so that the origin of the number does not
// matter.
constexpr int kLinkNull = 0;
constexpr int kLinkEthernet = 1;
constexpr int kLinkRawDlt = 12;
constexpr int kLinkRaw = 101;
constexpr int kLinkLoop = 108;
constexpr int kLinkCooked = 113;
constexpr int kLinkIpv4 = 228;
constexpr int kLinkIpv6 = 229;
constexpr int kLinkCooked2 = 276;

constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherIpv6 = 0x86dd;

// Next-header numbers of IPv6 extension headers.
constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kFragment = 44;
constexpr std::uint8_t kDestinationOptions = 60;

constexpr std::size_t kIpv4HeaderMin = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kExtensionUnit = 8;

bool is_vlan_tag(std::uint16_t ether_type) noexcept {
  return ether_type == 0x8100 || ether_type == 0x88a8 || ether_type == 0x9100;
}

/// The address family of BSD loopback, in the byte order of the machine that captured.
/// Returns: the EtherType that stands for it, 0 for anything but IP.
std::uint16_t family_to_ether_type(std::uint32_t family) noexcept {
  if (family > 0xffff) family = std::byteswap(family);
  switch (family) {
    case 2:
      return kEtherIpv4;
    case 10:  // Linux
    case 24:  // NetBSD, OpenBSD
    case 28:  // FreeBSD
    case 30:  // macOS
      return kEtherIpv6;
    default:
      return 0;
  }
}

std::uint16_t version_to_ether_type(std::uint8_t first_byte) noexcept {
  if (first_byte >> 4 == 4) return kEtherIpv4;
  return first_byte >> 4 == 6 ? kEtherIpv6 : std::uint16_t{0};
}

/// Reads the link header off `frame`. Returns: false if it is cut.
bool read_link_header(int link_type, ByteReader& frame, std::uint16_t& ether_type) noexcept {
  Bytes skipped;
  switch (link_type) {
    case kLinkEthernet:
      return frame.take(12, skipped) && frame.read(ether_type);
    case kLinkCooked:
      return frame.take(14, skipped) && frame.read(ether_type);
    case kLinkCooked2:
      return frame.read(ether_type) && frame.take(18, skipped);
    case kLinkNull:
    case kLinkLoop: {
      std::uint32_t family = 0;
      if (!frame.read(family)) return false;
      ether_type = family_to_ether_type(family);
      return true;
    }
    default:
      if (frame.empty()) return false;
      ether_type = version_to_ether_type(frame.rest()[0]);
      return true;
  }
}

void advance(IpPacket& packet, std::size_t length) noexcept {
  packet.payload = packet.payload.subspan(length);
  packet.payload_length -= length;
}

/// Cuts what follows the packet off, or notes that the packet itself was cut.
void set_payload(IpPacket& packet, Bytes rest, std::size_t claimed) noexcept {
  packet.payload = rest.first(std::min(rest.size(), claimed));
  packet.payload_length = claimed;
}

FrameVerdict parse_ipv4(Bytes ip, IpPacket& packet) noexcept {
  if (ip.size() < kIpv4HeaderMin) return FrameVerdict::truncated;
  const std::size_t header = (ip[0] & 0x0fU) * 4U;
  std::size_t total = load_be<std::uint16_t>(&ip[2]);
  if (total == 0) total = std::max(ip.size(), header);  // left to the network card (segmentation offload)
  if (header < kIpv4HeaderMin || total < header) return FrameVerdict::bad;
  if (ip.size() < header) return FrameVerdict::truncated;

  const auto flags_and_offset = load_be<std::uint16_t>(&ip[6]);
  packet.fragment_id = load_be<std::uint16_t>(&ip[4]);
  packet.fragment_offset = (flags_and_offset & 0x1fffU) * 8U;
  packet.more_fragments = (flags_and_offset & 0x2000U) != 0;
  packet.is_fragment = packet.more_fragments || packet.fragment_offset != 0;
  packet.hops = ip[8];
  packet.protocol = ip[9];
  packet.source = IpAddress::from_ipv4(&ip[12]);
  packet.destination = IpAddress::from_ipv4(&ip[16]);
  set_payload(packet, ip.subspan(header), total - header);
  return FrameVerdict::ok;
}

FrameVerdict parse_ipv6(Bytes ip, IpPacket& packet) noexcept {
  if (ip.size() < kIpv6Header) return FrameVerdict::truncated;
  packet.is_v6 = true;
  packet.protocol = ip[6];
  packet.hops = ip[7];
  packet.source = IpAddress::from_ipv6(&ip[8]);
  packet.destination = IpAddress::from_ipv6(&ip[24]);
  const Bytes rest = ip.subspan(kIpv6Header);
  const std::size_t claimed = load_be<std::uint16_t>(&ip[4]);
  set_payload(packet, rest, claimed == 0 ? rest.size() : claimed);
  return skip_extension_headers(packet);
}

void read_fragment_header(IpPacket& packet) noexcept {
  const std::uint8_t* header = packet.payload.data();
  const auto offset_and_more = load_be<std::uint16_t>(header + 2);
  packet.protocol = header[0];
  packet.fragment_offset = offset_and_more & 0xfff8U;
  packet.more_fragments = (offset_and_more & 1U) != 0;
  packet.fragment_id = load_be<std::uint32_t>(header + 4);
  packet.is_fragment = packet.more_fragments || packet.fragment_offset != 0;
}

}  // namespace

bool is_supported_link_type(int link_type) noexcept {
  switch (link_type) {
    case kLinkNull:
    case kLinkEthernet:
    case kLinkRawDlt:
    case kLinkRaw:
    case kLinkLoop:
    case kLinkCooked:
    case kLinkIpv4:
    case kLinkIpv6:
    case kLinkCooked2:
      return true;
    default:
      return false;
  }
}

const char* supported_link_types() noexcept {
  return "Ethernet, Linux cooked v1 and v2, raw IP, BSD loopback";
}

FrameVerdict find_ip(int link_type, Bytes frame, Bytes& ip) noexcept {
  ByteReader reader(frame);
  std::uint16_t ether_type = 0;
  if (!read_link_header(link_type, reader, ether_type)) return FrameVerdict::truncated;
  while (is_vlan_tag(ether_type)) {
    std::uint16_t tag = 0;
    if (!reader.read(tag) || !reader.read(ether_type)) return FrameVerdict::truncated;
  }
  if (ether_type != kEtherIpv4 && ether_type != kEtherIpv6) return FrameVerdict::other;
  if (reader.empty()) return FrameVerdict::truncated;
  ip = reader.rest();
  return version_to_ether_type(ip[0]) == ether_type ? FrameVerdict::ok : FrameVerdict::bad;
}

FrameVerdict parse_ip(Bytes ip, IpPacket& packet) noexcept {
  packet = {};
  if (ip.empty()) return FrameVerdict::truncated;
  switch (version_to_ether_type(ip[0])) {
    case kEtherIpv4:
      return parse_ipv4(ip, packet);
    case kEtherIpv6:
      return parse_ipv6(ip, packet);
    default:
      return FrameVerdict::bad;
  }
}

FrameVerdict skip_extension_headers(IpPacket& packet) noexcept {
  for (;;) {
    const bool is_fragment_header = packet.protocol == kFragment;
    const bool is_option_header =
        packet.protocol == kHopByHop || packet.protocol == kRouting || packet.protocol == kDestinationOptions;
    if (!is_fragment_header && !is_option_header) return FrameVerdict::ok;
    if (packet.payload_length < kExtensionUnit) return FrameVerdict::bad;
    if (packet.payload.size() < kExtensionUnit) return FrameVerdict::truncated;
    if (is_fragment_header) {
      read_fragment_header(packet);
      advance(packet, kExtensionUnit);
      if (packet.is_fragment) return FrameVerdict::ok;
      continue;
    }
    const std::size_t length = kExtensionUnit * (1U + packet.payload[1]);
    if (packet.payload_length < length) return FrameVerdict::bad;
    if (packet.payload.size() < length) return FrameVerdict::truncated;
    packet.protocol = packet.payload[0];
    advance(packet, length);
  }
}

bool may_carry_udp(const IpPacket& packet) noexcept {
  if (packet.protocol == kProtocolUdp) return true;
  return packet.is_v6 &&
         (packet.protocol == kHopByHop || packet.protocol == kRouting || packet.protocol == kDestinationOptions);
}

}  // namespace flowcef
