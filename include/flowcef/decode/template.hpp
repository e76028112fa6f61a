// The layout of a kind of record, compiled when its template arrives: where each element stands and what it is.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/decode/decode_config.hpp"
#include "flowcef/decode/information_element.hpp"

namespace flowcef {

enum class ExportFormat : std::uint8_t {
  netflow1,
  netflow5,
  netflow7,
  netflow9,
  ipfix,
  layout,  ///< records of one layout that a layout file describes: Template::name is its name
  syslog,  ///< log lines, made records by a pattern: Template::name is its name
};

inline constexpr std::size_t kExportFormatCount = 7;

[[nodiscard]] std::string_view to_string(ExportFormat format);

/// Marks a field whose every value states its own length. Source: RFC 7011 section 7.
inline constexpr std::uint16_t kVariableLength = 65535;

/// Scope types of NetFlow v9 are a numbering of their own. Source: RFC 3954 section 6.1.
inline constexpr std::uint32_t kNetflow9ScopePen = 0xffff'fffe;

/// When a field of a built-in template means anything.
enum class FieldCondition : std::uint8_t {
  always,
  icmp,  ///< the record's protocolIdentifier is 1 or 58
  not_icmp,
};

struct Field {
  ElementId id;
  const InformationElement* element = nullptr;  ///< null: a number that no table has; its bytes are kept as they are
  std::uint16_t length = 0;                     ///< in bytes, or kVariableLength
  std::uint32_t offset = 0;     ///< from the start of the record or header; meaningless in a variable-length template
  bool in_header = false;       ///< stands in the export header and holds for every record under it
  bool scope = false;           ///< says what an options record is about
  std::uint8_t bits_shift = 0;  ///< of a field narrower than its bytes: bits below it, and
  std::uint8_t bits = 0;        ///< its width; 0: the whole field
  FieldCondition condition = FieldCondition::always;

  [[nodiscard]] DataType type() const noexcept { return element == nullptr ? DataType::octet_array : element->type; }
};

/// Where a number stands in the export header.
struct HeaderPlace {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;  ///< 0: nowhere
};

/// Exporters that define the same fields in the same order share one Template, whatever its id.
/// Lifetime: immutable once made; who derives something from it keeps a weak pointer and drops that when it expires.
struct Template : std::enable_shared_from_this<Template> {
  std::uint64_t serial = 0;  ///< never used twice in a process
  ExportFormat format = ExportFormat::ipfix;
  std::string name;  ///< of the layout file or pattern that made it; empty: it came over the wire or is built in
  RecordView view = RecordView::interpreted;  ///< how the input it came by wants records shown
  std::vector<std::uint8_t> definition;       ///< the template record as it was sent: its field specifiers
  std::uint32_t long_flow_ms = 0;             ///< flows that last longer are marked; 0: none is
  std::uint16_t scope_fields = 0;             ///< how many of the definition's fields are scope, empty ones too
  bool options = false;                       ///< its records tell about the exporter, not about traffic
  bool variable = false;                      ///< at least one field is of variable length
  bool sparse = false;                        ///< `variable`, and a value of any type may be missing: its length is 0
  bool tells_events = false;                  ///< of things as they happen: firewallEvent, natEvent, lines of a log
  bool has_lists = false;                     ///< at least one field is structured data (RFC 6313)
  std::uint32_t record_length = 0;            ///< in bytes; the least there can be if `variable`
  std::uint16_t version = 0;                  ///< of a layout's header; 0: the file names none
  HeaderPlace count_place;                    ///< of a layout
  HeaderPlace nanoseconds_place;              ///< of a layout
  std::vector<Field> fields;                  ///< fields in the record come first, in wire order; padding is left out
  std::vector<std::uint16_t> wire_lengths;    ///< of every field of a record, padding too; only if `variable`
  std::vector<std::int32_t> wire_to_field;    ///< index into `fields` for each of wire_lengths; -1: padding

  /// Returns: nothing if no field is that element.
  [[nodiscard]] const Field* find(ElementId element) const noexcept;
  [[nodiscard]] const Field* find_named(std::string_view element) const noexcept;
};

/// Returns: a number for Template::serial.
/// Thread: any.
[[nodiscard]] std::uint64_t new_layout_serial() noexcept;

/// Returns: whether its records are of things as they happen, so that none may come for any time: it has firewallEvent
///          (233) or natEvent (230), or is of log lines. Firewalls that say such of flows with delta counters, start and
///          end, as PAN-OS does, tell of flows.
/// Source:  RFC 8158 section 4; Cisco ASA NetFlow Implementation Guide
[[nodiscard]] bool is_of_events(const Template& layout) noexcept;

/// Returns: whether records of both read the same.
[[nodiscard]] bool is_same_layout(const Template& a, const Template& b) noexcept;

}  // namespace flowcef
