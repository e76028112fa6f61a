// What `flowcef explain` found out about a capture, as plain data to be printed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "flowcef/core/ip_address.hpp"
#include "flowcef/decode/refusal.hpp"
#include "flowcef/decode/sequence_tracker.hpp"

namespace flowcef {

/// A frame of one of the files that were read.
struct FramePlace {
  std::size_t file = 0;
  std::uint64_t frame = 0;  ///< from 1; 0: unknown
};

/// An element of a record and what became of it.
struct FieldRow {
  std::string element;
  std::string id;  ///< `12`, `9:12235` or `v9 33002`
  std::string length;
  std::string type;
  std::string value;
  std::vector<std::string> fates;  ///< the keys it went to, and why it did not go to others
};

/// An element that no table has, with what to write to get it by name.
struct UnknownElement {
  std::string id;
  std::string table_row;  ///< TABs as blanks
  std::string source;     ///< as a mapping names it; empty: it needs a row in a table
};

/// The first record of a template.
struct FirstRecord {
  FramePlace where;
  std::string event;  ///< signature and rule
  bool dropped = false;
  std::string line;
  std::vector<FieldRow> rows;
  std::size_t more_fields = 0;  ///< that are not among them
  std::vector<UnknownElement> unknown;
  std::vector<std::string> other_keys;  ///< that no field went to: `rt=... (@export_time)`
};

/// Templates of the same fields, whoever sent them.
struct LayoutFinding {
  IpAddress exporter;  ///< under whom it is shown
  std::uint16_t id = 0;
  FirstRecord first;
};

/// A layout as one exporter uses it.
struct LayoutUse {
  std::size_t layout = 0;                                                ///< index into Findings::layouts
  std::string title;                                                     ///< format, kind, size
  std::map<std::pair<std::uint32_t, std::uint16_t>, std::uint64_t> ids;  ///< records by domain and template id
  std::uint64_t records = 0;
  std::uint64_t filtered = 0;  ///< options records that the input keeps back
  std::uint64_t incomplete = 0;
  std::map<std::string, std::uint64_t> missing;  ///< records by the item that they lack
};

struct SequenceGap {
  FramePlace where;  ///< the message behind the gap
  std::uint64_t missing = 0;
};

struct DomainFinding {
  SequenceCounts counts;
  std::uint64_t open = 0;  ///< missing so far and not yet given up
  std::vector<SequenceGap> gaps;
  std::uint64_t more_gaps = 0;
};

using DomainId = std::pair<ExportFormat, std::uint32_t>;

struct UnusedTemplate {
  std::uint32_t domain = 0;
  std::uint16_t id = 0;
  bool options = false;
  std::size_t fields = 0;

  friend auto operator<=>(const UnusedTemplate&, const UnusedTemplate&) = default;
};

struct ExporterFinding {
  std::array<std::uint64_t, kExportFormatCount> datagrams{};
  std::map<DomainId, DomainFinding> domains;
  std::vector<LayoutUse> layouts;
  std::vector<UnusedTemplate> unused;
};

struct RefusedSample {
  FramePlace where;
  IpAddress exporter;
  std::size_t bytes = 0;
  std::string dump;
};

struct RefusedFinding {
  std::uint64_t count = 0;
  std::map<IpAddress, std::uint64_t> by_exporter;
  std::vector<RefusedSample> samples;
};

/// Data whose template never came.
struct WaitingFinding {
  FramePlace first;
  std::uint64_t sets = 0;
  std::uint64_t bytes = 0;
};

struct WaitingId {
  IpAddress exporter;
  DomainId domain;
  std::uint16_t id = 0;

  friend auto operator<=>(const WaitingId&, const WaitingId&) = default;
};

/// A key of the mapping that stands on no line.
struct AbsentKey {
  std::string key;
  std::string sources;
  std::string reason;
};

/// An event rule and how many records it took.
struct RuleFinding {
  std::string event;
  std::string where;
  std::uint64_t records = 0;
};

struct Findings {
  std::array<std::uint64_t, kExportFormatCount> datagrams{};
  std::uint64_t records = 0;
  std::uint64_t options_records = 0;
  std::uint64_t lines = 0;
  std::uint64_t dropped = 0;     ///< records, by rules
  std::uint64_t filtered = 0;    ///< options records that the input keeps back
  std::uint64_t incomplete = 0;  ///< records that lack what the input requires
  std::map<IpAddress, ExporterFinding> exporters;
  std::uint64_t datagrams_not_shown = 0;  ///< of exporters beyond those that are
  std::vector<LayoutFinding> layouts;
  std::uint64_t records_not_shown = 0;  ///< of templates beyond those that are
  std::vector<RuleFinding> rules;       ///< that took any
  std::vector<AbsentKey> absent_keys;
  std::map<WaitingId, WaitingFinding> waiting;
  std::map<Refusal, RefusedFinding> refused;
};

}  // namespace flowcef
