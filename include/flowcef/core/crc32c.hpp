// CRC-32C (Castagnoli), the checksum of RFC 3720 section 12.1: finds every error of up to 32 bits in a row.
#pragma once

#include <cstdint>
#include <string_view>

namespace flowcef {

/// Input: `before`: the sum of the bytes ahead of these, if there are any.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0) noexcept;

}  // namespace flowcef
