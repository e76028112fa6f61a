// Runs a program over one record: the record's whole message, written at a place with room for it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "flowcef/decode/data_set.hpp"
#include "flowcef/map/list_writer.hpp"
#include "flowcef/map/program.hpp"

namespace flowcef {

class LocalZone;
class LookupEntry;

/// What holds for every record of a data set. Lifetime: views; its texts are all readable kCopyBlock bytes on.
struct SetContext {
  const ExportContext& message;
  std::string_view envelope;                ///< the syslog header, without a priority that is by event
  std::span<const std::string_view> texts;  ///< of Program::context_texts; empty: absent
  std::string_view event_prefix;            ///< of event ids; the event's number follows it
  std::uint8_t holds;                       ///< conditions that hold for every record
  ListWriter& lists;                        ///< prepared for the record that is to be written
  std::span<const std::uint8_t> exporters;  ///< of EventTests::exporters: whether the exporter lies in one of them
  LocalZone& zone;
  std::span<const LookupEntry* const> entries;  ///< by Program::probes, of the record that is to be written; null: none
};

/// Writes the message of record `index` of the set.
/// Input:   room for max_message_size(), what ListWriter::prepare() and LookupProber::prepare() returned, the context's
///          texts and kCopyBlock bytes
/// Returns: the end of the message; null if an event rule drops the record
/// Errors:  none: a value that cannot be shown is left out
[[nodiscard]] char* execute(const Program& program, const DataSet& set, std::uint32_t index, const SetContext& context,
                            std::uint64_t event, char* out) noexcept;

/// Returns: the event of record `index`, a place in Program::events
[[nodiscard]] std::size_t choose_event(const Program& program, const DataSet& set, std::uint32_t index,
                                       const SetContext& context) noexcept;

/// What one instruction wrote.
struct LinePiece {
  const char* begin;  ///< of `key=value`, or of the label in front of it
  const char* end;    ///< behind the value; of a list's last one
  const Instruction* instruction;
};

/// As execute(), and tells what stands where behind the CEF header and the event's constants, in order. Slower.
[[nodiscard]] char* execute_traced(const Program& program, const DataSet& set, std::uint32_t index,
                                   const SetContext& context, std::uint64_t event, char* out,
                                   std::vector<LinePiece>& pieces);

/// Returns: a bound for the message of record `index`, without its envelope, context texts, and what comes out of lists and lookups.
[[nodiscard]] std::size_t max_message_size(const Program& program, const DataSet& set, std::uint32_t index) noexcept;

}  // namespace flowcef
