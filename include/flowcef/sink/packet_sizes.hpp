// What a path makes of a UDP message: one IP packet, or fragments. RFC 791 section 3.2, RFC 8200 section 4.5.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace flowcef {

enum class IpVersion : std::uint8_t { v4, v6 };

/// Sizes in bytes; IP headers without options, as Linux sends them.
class PacketSizes {
 public:
  static constexpr std::size_t kUdpHeader = 8;

  /// As if the path took everything in one packet.
  PacketSizes() = default;
  /// Input: the largest IP packet, and the largest packet with a fragment, with their headers; 0: not known.
  PacketSizes(IpVersion version, std::size_t mtu, std::size_t fragment_mtu) {
    const std::size_t header = version == IpVersion::v4 ? 20 : 40;
    const std::size_t fragment_header = version == IpVersion::v4 ? 0 : 8;
    if (std::min(mtu, fragment_mtu) < header + fragment_header + kUnit) return;
    whole_ = std::min(mtu - header, kMaxPayload - (version == IpVersion::v4 ? header : 0));
    piece_ = (fragment_mtu - header - fragment_header) / kUnit * kUnit;
    last_piece_ = version == IpVersion::v4 ? fragment_mtu - header : piece_;
  }

  /// Returns: the largest message that goes in one packet; 0: not known.
  [[nodiscard]] std::size_t largest_whole() const noexcept { return whole_ == 0 ? 0 : whole_ - kUdpHeader; }
  /// Returns: whether the message goes in one packet, as far as is known.
  [[nodiscard]] bool is_whole(std::size_t message) const noexcept {
    return whole_ == 0 || message + kUdpHeader <= whole_;
  }
  /// Returns: how many packets the message becomes.
  [[nodiscard]] std::size_t packets(std::size_t message) const noexcept {
    if (is_whole(message)) return 1;
    return 1 + (message + kUdpHeader - last_piece_ + piece_ - 1) / piece_;
  }

 private:
  /// The length in an IPv4 header counts the header too, that of IPv6 does not.
  static constexpr std::size_t kMaxPayload = 65'535;
  /// A fragment's place is counted in these, so that all but the last are multiples of it.
  static constexpr std::size_t kUnit = 8;

  std::size_t whole_ = 0;       ///< most that one packet carries, the UDP header included
  std::size_t piece_ = 0;       ///< most that a fragment carries
  std::size_t last_piece_ = 0;  ///< most that the last fragment carries
};

}  // namespace flowcef
