#include "flowcef/decode/unsupported_format.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kNetflow6HeaderLength = 24;
constexpr std::size_t kNetflow8HeaderLength = 28;
constexpr std::size_t kSflowHeaderLength = 24;  // of version 2 with an IPv4 agent, the shortest
constexpr std::uint16_t kMaxRecords = 64;       // more do not fit a datagram of 1500 bytes

bool is_plausible_count(Bytes datagram) {
  const auto count = load_be<std::uint16_t>(datagram.data() + 2);
  return count > 0 && count <= kMaxRecords;
}

/// Source: sFlow version 5, section 5.4: a 32-bit version, then the type of the agent's address, IPv4 or IPv6.
bool is_sflow(Bytes datagram) {
  if (datagram.size() < kSflowHeaderLength) return false;
  const auto version = load_be<std::uint32_t>(datagram.data());
  const auto address_type = load_be<std::uint32_t>(datagram.data() + 4);
  return (version == 2 || version == 4 || version == 5) && (address_type == 1 || address_type == 2);
}

/// Packeteer-1 has the version of NetFlow v1 and, as its successor, a count of 8 bits where that has the upper half of
/// one of 16 bits, which is 0 there. Nothing else is known of it, so no more is asked than that so many flows have room.
bool is_packeteer1(Bytes datagram) {
  constexpr std::size_t kSmallestHeader = 16;
  constexpr std::size_t kSmallestRecord = 24;
  const std::size_t count = datagram[2];
  return load_be<std::uint16_t>(datagram.data()) == 1 && count != 0 && count <= kMaxRecords &&
         datagram.size() >= kSmallestHeader + count * kSmallestRecord;
}

}  // namespace

std::optional<Refusal> recognise_unsupported(Bytes datagram) noexcept {
  if (is_sflow(datagram)) return Refusal::sflow;
  if (datagram.size() < kNetflow6HeaderLength) return std::nullopt;
  if (is_packeteer1(datagram)) return Refusal::packeteer1;
  if (!is_plausible_count(datagram)) return std::nullopt;
  const auto version = load_be<std::uint16_t>(datagram.data());
  if (version == 6) return Refusal::netflow6;
  if (version == 8 && datagram.size() >= kNetflow8HeaderLength) return Refusal::netflow8;
  return std::nullopt;
}

}  // namespace flowcef
