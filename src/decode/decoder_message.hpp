// A message on its way through Decoder: shared by the files that it is written in.
#pragma once

#include <cstdint>
#include <optional>

#include "flowcef/decode/decoder.hpp"

namespace flowcef {

struct Decoder::Message {
  const Datagram& datagram;
  ExportContext context;
  Exporter* exporter = nullptr;
  Domain* domain = nullptr;
  std::uint32_t records = 0;            ///< data records decoded
  std::uint32_t undecoded_bytes = 0;    ///< of its data sets that could not be decoded
  std::optional<Refusal> refusal;       ///< the first one
  std::uint32_t waiting_records = 0;    ///< that its sequence number counts, but which are not decoded yet
  bool is_numbered = true;              ///< false: the header has no sequence number
  std::uint32_t records_of_others = 0;  ///< that are in the books of exporters that they name themselves
};

/// Puts into the context what is known of its domain.
/// An IPFIX header has no uptime; systemInitTimeMilliseconds in options data gives it.
inline void use_tables(ExportContext& context, const Domain& domain) {
  const OptionsTables& tables = domain.tables;
  context.key = &domain.key;
  context.settings = &domain.exporter.settings;
  context.tables = tables.size() == 0 ? nullptr : &tables;
  const auto init_ms = tables.system_init_ms();
  if (context.format != ExportFormat::ipfix || !init_ms) return;
  // Modulo 2^32, as flowStartSysUpTime and flowEndSysUpTime are.
  context.uptime_ms = static_cast<std::uint32_t>(context.export_ms - *init_ms);
  context.uptime_known = true;
}

}  // namespace flowcef
