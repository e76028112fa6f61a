// NetFlow v1, v5 and v7, whose records have one layout: built-in templates, so that one path leads on from here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/decode/refusal.hpp"
#include "flowcef/decode/template.hpp"

namespace flowcef {

/// Lengths in bytes.
struct FixedFormat {
  std::uint16_t version;
  ExportFormat format;
  std::size_t header_length;
  std::size_t record_length;
  std::size_t max_records;  ///< as documented; nothing rests on it where the length of the datagram is right
  bool has_sequence;        ///< the header numbers flows
};

/// Some exporters of NetFlow v1 send records of 52 bytes, the rest of which is padding.
inline constexpr std::array<FixedFormat, 4> kFixedFormats{{
    {1, ExportFormat::netflow1, 16, 48, 24, false},
    {1, ExportFormat::netflow1, 16, 52, 24, false},
    {5, ExportFormat::netflow5, 24, 48, 30, true},
    {7, ExportFormat::netflow7, 24, 52, 30, true},
}};

/// A datagram of one of these formats.
/// Lifetime: views the datagram.
struct FixedMessage {
  std::optional<Refusal> refusal;       ///< to be counted, also if there are records
  const FixedFormat* format = nullptr;  ///< one of kFixedFormats; null: the datagram is none of them
  std::int64_t export_ms = 0;           ///< the exporter's clock when it sent the message, since 1970 UTC
  std::uint32_t uptime_ms = 0;          ///< modulo 2^32
  std::uint32_t sequence = 0;           ///< flows before this message; 0 if the format has none
  std::uint32_t domain = 0;             ///< v5: engine type and id
  std::uint32_t record_count = 0;
  Bytes header;
  Bytes records;  ///< record_count whole ones
};

/// Input:  a datagram that begins with 1, 5 or 7 as its version, perhaps by chance
/// Errors: short_header, unknown_version; bad_message_length if count and length disagree: then as many records are read
///         as both allow, but of v1, where the two tell the length of a record, none
/// Source: Cisco, "NetFlow Export Datagram Format", formats 1, 5 and 7
[[nodiscard]] FixedMessage read_fixed_message(Bytes datagram) noexcept;

/// Returns: the fields of such a record under their IANA names; what only v7 has under Cisco's.
[[nodiscard]] std::shared_ptr<Template> make_fixed_template(const FixedFormat& format, const ElementRegistry& registry);

}  // namespace flowcef
