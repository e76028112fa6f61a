#include "flowcef/source/udp_extractor.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kUdpHeader = 8;

/// Source: RFC 768
FrameVerdict read_udp(const IpPacket& packet, Datagram& datagram) noexcept {
  if (packet.payload_length < kUdpHeader) return FrameVerdict::bad;
  if (packet.payload.size() < kUdpHeader) return FrameVerdict::truncated;
  const std::uint8_t* header = packet.payload.data();
  const std::size_t length = load_be<std::uint16_t>(header + 4);
  if (length < kUdpHeader || length > packet.payload_length) return FrameVerdict::bad;
  if (length > packet.payload.size()) return FrameVerdict::truncated;
  datagram.exporter = {packet.source, load_be<std::uint16_t>(header)};
  datagram.listener = {packet.destination, load_be<std::uint16_t>(header + 2)};
  datagram.hops = packet.hops;
  datagram.payload = packet.payload.subspan(kUdpHeader, length - kUdpHeader);
  return FrameVerdict::ok;
}

}  // namespace

bool UdpExtractor::extract(Bytes frame, std::int64_t captured_ns, std::uint64_t number, Datagram& datagram) {
  counts_.frames.add();
  switch (find_datagram(frame, captured_ns, datagram)) {
    case FrameVerdict::ok:
      datagram.received_ns = captured_ns;
      datagram.frame = number;
      counts_.datagrams.add();
      return true;
    case FrameVerdict::held:
      break;
    case FrameVerdict::other:
      counts_.other.add();
      break;
    case FrameVerdict::truncated:
      counts_.truncated.add();
      break;
    case FrameVerdict::bad:
      counts_.bad.add();
      break;
  }
  return false;
}

void UdpExtractor::finish() {
  reassembler_.clear();
  note_incomplete();
}

FrameVerdict UdpExtractor::find_datagram(Bytes frame, std::int64_t captured_ns, Datagram& datagram) {
  Bytes ip;
  IpPacket packet;
  FrameVerdict verdict = find_ip(link_type_, frame, ip);
  if (verdict == FrameVerdict::ok) verdict = parse_ip(ip, packet);
  if (verdict != FrameVerdict::ok) return verdict;
  if (!may_carry_udp(packet)) return FrameVerdict::other;
  if (packet.is_fragment) {
    verdict = reassemble(packet, captured_ns);
    if (verdict != FrameVerdict::ok) return verdict;
    if (packet.protocol != kProtocolUdp) return FrameVerdict::other;
  }
  return read_udp(packet, datagram);
}

FrameVerdict UdpExtractor::reassemble(IpPacket& packet, std::int64_t captured_ns) {
  if (packet.payload.size() < packet.payload_length) return FrameVerdict::truncated;
  const FrameVerdict verdict = reassembler_.add(packet, captured_ns);
  note_incomplete();
  if (verdict == FrameVerdict::bad) return verdict;
  counts_.fragments.add();
  if (verdict == FrameVerdict::held) return verdict;
  counts_.reassembled.add();
  if (!packet.is_v6) return verdict;
  const FrameVerdict headers = skip_extension_headers(packet);
  return packet.is_fragment ? FrameVerdict::bad : headers;  // a fragment of a fragment: RFC 8200 has none
}

void UdpExtractor::note_incomplete() {
  counts_.incomplete.add(reassembler_.incomplete().value() - counts_.incomplete.value());
  counts_.headless.add(reassembler_.headless().value() - counts_.headless.value());
}

}  // namespace flowcef
