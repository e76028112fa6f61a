// Why input was not decoded, and how often: each reason costs the smallest unit that can be skipped.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "flowcef/core/counter.hpp"
#include "flowcef/decode/template.hpp"

namespace flowcef {

enum class Refusal : std::uint8_t {
  // a datagram
  exporter_not_allowed,  ///< not on the input's list
  rate_exceeded,         ///< more than the exporter's share
  short_header,          ///< shorter than the header of its format
  netflow6,              ///< named, as nothing of these can be decoded
  netflow8,
  sflow,
  packeteer1,
  unknown_version,        ///< no format that is known
  bad_message_length,     ///< the length or count in the header disagrees with the datagram; what is whole is decoded
  record_length_unknown,  ///< records of a layout that leaves it open, and too few came to learn it
  // a set
  bad_set_length,  ///< below 4 or past the end: the rest of the datagram is given up
  reserved_set_id,
  template_missing,  ///< data whose template has not come, in time
  // a template
  bad_template,  ///< cut off, or an id below 256, or scope counts that do not fit
  too_many_fields,
  zero_length_record,  ///< a template whose records could be empty
  ignored_withdrawal,  ///< a template without fields, which means nothing over UDP (RFC 7011 section 8.4) and in v9
  // a record
  bad_record,  ///< a record is cut off at the end of its set, or a value in it runs past that
  // a log line
  unmatched_line,  ///< no pattern takes it
};

inline constexpr std::size_t kRefusalCount = 19;

/// Returns: the enumerator's own name, for counters and texts.
[[nodiscard]] std::string_view to_string(Refusal reason);

struct DecodeCounters {
  std::array<Counter, kExportFormatCount> datagrams;  ///< decoded at least in part, by ExportFormat
  Counter data_sets;
  Counter records;              ///< data records of both kinds
  Counter options_records;      ///< those of `records` that came by an options template
  Counter templates;            ///< learnt
  Counter templates_redefined;  ///< replaced by one with other fields
  Counter templates_ejected;    ///< least recently used, as there was no room
  Counter templates_expired;    ///< not used for the idle timeout
  Counter templates_withdrawn;
  Counter options_rows_refused;  ///< names and the like that options data told, above the exporter's quota
  Counter held_sets;             ///< data sets that had to wait for their template
  Counter recovered_records;     ///< those of `records` that had
  Counter undecoded_sets;        ///< whose template never came
  Counter undecoded_bytes;       ///< of their bodies
  std::array<Counter, kRefusalCount> refused;  ///< by Refusal

  [[nodiscard]] std::uint64_t refused_total() const noexcept;
};

}  // namespace flowcef
