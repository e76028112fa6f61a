// What decode hands to map: records of one template, with all that the export header says of them.
#pragma once

#include <cstdint>
#include <span>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/core/ip_address.hpp"
#include "flowcef/decode/exporter_config.hpp"
#include "flowcef/decode/template.hpp"

namespace flowcef {

class OptionsTables;
struct DomainKey;

/// Returns: whether systemInitTimeMilliseconds can be believed: 0 and a boot long after the export are no boot times.
[[nodiscard]] constexpr bool is_plausible_init_time(std::uint64_t init_ms, std::int64_t export_ms) noexcept {
  constexpr std::uint64_t kClockSlackMs = 86'400'000;
  return init_ms != 0 && export_ms >= 0 && init_ms <= static_cast<std::uint64_t>(export_ms) + kClockSlackMs;
}

/// What holds for every record of a message.
struct ExportContext {
  ExportFormat format = ExportFormat::ipfix;
  Endpoint exporter;
  Endpoint sender;  ///< whom the message came from, if that is not the exporter itself: see IdentityRule
  Endpoint listener;
  std::int64_t received_ns = 0;  ///< since 1970 UTC; 0: unknown
  std::int64_t export_ms = 0;    ///< the exporter's clock when it sent the message, since 1970 UTC
  std::uint32_t uptime_ms = 0;   ///< the exporter's uptime at export_ms, modulo 2^32
  bool uptime_known = false;     ///< always for v5 and v9; for IPFIX once systemInitTimeMilliseconds was seen
  std::uint32_t domain = 0;      ///< observation domain id; v9: source id; v5: engine type and id
  std::uint32_t sequence = 0;
  std::uint64_t message = 0;  ///< running number of the message, over all exporters of a worker
  Bytes header;               ///< the export header's bytes, big-endian
  /// What the exporter's options data said so far; null: nothing, or not of this domain.
  const OptionsTables* tables = nullptr;
  const DomainKey* key = nullptr;              ///< of the domain that templates and tables are of; null: there is none
  const ExporterSettings* settings = nullptr;  ///< what the operator says of the exporter; null: nothing
};

/// Where a field of a record stands.
struct FieldPosition {
  std::uint32_t offset;  ///< from the start of DataSet::records
  std::uint32_t length;  ///< in bytes; 0: the value is empty
};

/// A value out of structured data (RFC 6313), however deep in it.
struct ListItem {
  ElementId id;
  const InformationElement* element = nullptr;  ///< null: unknown, show its bytes
  std::uint16_t field = 0;                      ///< index into Template::fields of the list it came from
  std::uint16_t length = 0;                     ///< as its template or list states it, or kVariableLength
  FieldPosition where{};
  bool continues = false;  ///< a further value of the same basicList as the item before
};

/// Lifetime: everything in it is valid until the callback that was given the data set returns.
struct DataSet {
  const Template& layout;
  const ExportContext& context;
  std::uint16_t template_id;
  Bytes records;  ///< whole records back to back, big-endian
  std::uint32_t record_count;
  /// For each record one position per field that is not in the header; empty unless layout.variable.
  std::span<const FieldPosition> positions;
  std::uint32_t positions_per_record;
  /// Of all records, one after the other; a list that could not be read is one item with the list's own id.
  std::span<const ListItem> list_items;
  std::span<const std::uint32_t> list_ends;  ///< by record: where its items end; empty if layout has no lists

  [[nodiscard]] std::span<const ListItem> items_of(std::uint32_t index) const noexcept {
    if (list_ends.empty()) return {};
    const std::uint32_t begin = index == 0 ? 0 : list_ends[index - 1];
    return list_items.subspan(begin, list_ends[index] - begin);
  }
};

/// Returns: the bytes of a field of record `index`, big-endian.
[[nodiscard]] inline Bytes value_of(const DataSet& set, std::uint32_t index, const Field& field) noexcept {
  if (field.in_header) return set.context.header.subspan(field.offset, field.length);
  if (set.layout.variable) {
    const auto at = static_cast<std::size_t>(&field - set.layout.fields.data());
    const FieldPosition& position = set.positions[std::size_t{index} * set.positions_per_record + at];
    return set.records.subspan(position.offset, position.length);
  }
  return set.records.subspan(std::size_t{index} * set.layout.record_length + field.offset, field.length);
}

}  // namespace flowcef
