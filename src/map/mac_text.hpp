// MAC addresses as texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace flowcef {

/// Input:   `aa:bb:cc:dd:ee:ff`, in either case
/// Returns: its 48 bits, the first byte on top; nothing for any other text
[[nodiscard]] constexpr std::optional<std::uint64_t> parse_mac(std::string_view text) noexcept {
  constexpr std::size_t kLength = 17;
  if (text.size() != kLength) return std::nullopt;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < kLength; ++i) {
    const char c = text[i];
    if (i % 3 == 2) {
      if (c != ':') return std::nullopt;
      continue;
    }
    const bool digit = c >= '0' && c <= '9';
    const char lower = static_cast<char>(c | 0x20);
    if (!digit && (lower < 'a' || lower > 'f')) return std::nullopt;
    bits = bits << 4 | static_cast<std::uint64_t>(digit ? c - '0' : lower - 'a' + 10);
  }
  return bits;
}

}  // namespace flowcef
