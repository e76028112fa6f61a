// A range of addresses by its leading bits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "flowcef/core/ip_address.hpp"

namespace flowcef {

/// IPv4 prefixes are kept as those of ::ffff:0:0/96, as IpAddress keeps the addresses.
class IpPrefix {
 public:
  /// Holds every address.
  constexpr IpPrefix() = default;

  /// Input:   `192.0.2.0/24`, `2001:db8::/32`, or a bare address for itself alone
  /// Returns: nothing for any other text, also if bits behind the prefix are set
  [[nodiscard]] static std::optional<IpPrefix> parse(std::string_view text);

  [[nodiscard]] bool contains(const IpAddress& address) const noexcept;
  /// Of the 16-byte form: 120 for an IPv4 /24.
  [[nodiscard]] unsigned bits() const noexcept { return bits_; }
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const IpPrefix&, const IpPrefix&) = default;

 private:
  IpAddress address_;
  unsigned bits_ = 0;
};

}  // namespace flowcef
