// The header of each export format, field by field, to be shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace flowcef {

enum class HeaderUnit : std::uint8_t { number, seconds, milliseconds };

struct HeaderField {
  std::size_t offset;  ///< in bytes
  std::size_t length;
  std::string_view name;
  HeaderUnit unit = HeaderUnit::number;
};

/// Returns: in the order of their offsets, without gaps; of a version that is not known, the version alone.
/// Source:  Cisco, "NetFlow Export Datagram Format"; RFC 3954 section 5.1; RFC 7011 section 3.1; sFlow version 5
[[nodiscard]] std::span<const HeaderField> header_fields(std::uint16_t version, bool sflow);

[[nodiscard]] std::string header_value_text(std::uint64_t value, HeaderUnit unit);

}  // namespace flowcef
