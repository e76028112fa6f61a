// An IPv4 or IPv6 address in one 16-byte form, and an address with a port.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/core/decimal.hpp"

namespace flowcef {

/// IPv4 is kept as ::ffff:a.b.c.d, so a peer seen through either address family is one and the same.
class IpAddress {
 public:
  constexpr IpAddress() = default;

  /// Input: 4 or 16 bytes in network order.
  [[nodiscard]] static IpAddress from_ipv4(const std::uint8_t* bytes) noexcept;
  [[nodiscard]] static IpAddress from_ipv6(const std::uint8_t* bytes) noexcept;
  /// Returns: nothing unless `text` is one whole numeric address; zone ids are refused.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] bool is_v4() const noexcept;
  /// True for `::`, which stands for an unknown address.
  [[nodiscard]] bool is_unspecified() const noexcept { return *this == IpAddress(); }
  [[nodiscard]] const std::uint8_t* ipv4_bytes() const noexcept { return bytes_.data() + 12; }
  [[nodiscard]] const std::array<std::uint8_t, 16>& ipv6_bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::string to_string() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  /// Returns: `192.0.2.1:2055` or `[2001:db8::1]:2055`.
  [[nodiscard]] std::string to_string() const;
  /// Input: the form that to_string() writes.
  [[nodiscard]] static std::optional<Endpoint> parse(std::string_view text);

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// Input: 16 bytes. Returns: whether they are an IPv4 address in IPv6 form, ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).
[[nodiscard]] inline bool is_mapped_ipv4(const std::uint8_t* bytes) noexcept {
  return load_be<std::uint64_t>(bytes) == 0 && load_be<std::uint32_t>(bytes + 8) == 0xffff;
}

/// Room that write_ipv4 and write_ipv6 need: their longest text and what their last store writes past it.
inline constexpr std::size_t kMaxIpv4Text = 16;
inline constexpr std::size_t kMaxIpv6Text = 48;

/// Write an address as text and return the end; no terminating NUL.
/// Input: 4 or 16 bytes in network order, and room for kMaxIpv4Text or kMaxIpv6Text bytes.
/// Source: RFC 5952 section 4; an IPv4-mapped address is written as IPv4 (section 5).
inline char* write_ipv4(char* out, const std::uint8_t* bytes) noexcept {
  for (int i = 0; i < 4; ++i) out = write_u8_and_dot(out, bytes[i]);
  return out - 1;
}
char* write_ipv6(char* out, const std::uint8_t* bytes) noexcept;

}  // namespace flowcef
