// What decode hands to map: records of one template, with all that the export header says of them.
#pragma once

#include <cstdint>
#include <span>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/core/ip_address.hpp"
#include "flowcef/decode/template.hpp"

namespace flowcef {

/// Returns: whether systemInitTimeMilliseconds can be believed: 0 and a boot long after the export are no boot times.
[[nodiscard]] constexpr bool is_plausible_init_time(std::uint64_t init_ms, std::int64_t export_ms) noexcept {
  constexpr std::uint64_t kClockSlackMs = 86'400'000;
  return init_ms != 0 && export_ms >= 0 && init_ms <= static_cast<std::uint64_t>(export_ms) + kClockSlackMs;
}

/// What holds for every record of a message.
struct ExportContext {
  ExportFormat format = ExportFormat::ipfix;
  Endpoint exporter;
  Endpoint listener;
  std::int64_t received_ns = 0;  ///< since 1970 UTC; 0: unknown
  std::int64_t export_ms = 0;    ///< the exporter's clock when it sent the message, since 1970 UTC
  std::uint32_t uptime_ms = 0;   ///< the exporter's uptime at export_ms, modulo 2^32
  bool uptime_known = false;     ///< always for v5 and v9; for IPFIX once systemInitTimeMilliseconds was seen
  std::uint32_t domain = 0;      ///< observation domain id; v9: source id; v5: engine type and id
  std::uint32_t sequence = 0;
  Bytes header;  ///< the export header's bytes, big-endian
};

/// Where a field of a record stands.
struct FieldPosition {
  std::uint32_t offset;  ///< from the start of DataSet::records
  std::uint32_t length;  ///< in bytes; 0: the value is empty
};

/// Lifetime: everything in it is valid until the callback that was given the data set returns.
struct DataSet {
  const Template& layout;
  const ExportContext& context;
  Bytes records;  ///< whole records back to back, big-endian
  std::uint32_t record_count;
  /// For each record one position per field that is not in the header; empty unless layout.variable.
  std::span<const FieldPosition> positions;
  std::uint32_t positions_per_record;
};

/// Takes what a decoder finds.
class DataSetHandler {
 public:
  virtual void on_data_set(const DataSet& set) = 0;
  /// The template with this serial will not come again; what was derived from it may go.
  virtual void on_template_removed(std::uint64_t serial) = 0;

 protected:
  ~DataSetHandler() = default;
};

}  // namespace flowcef
