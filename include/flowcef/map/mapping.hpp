// A mapping with every name looked up and checked: what the compiler turns into programs.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/core/ip_prefix.hpp"
#include "flowcef/core/source_position.hpp"
#include "flowcef/decode/information_element.hpp"
#include "flowcef/decode/template.hpp"
#include "flowcef/lookup/lookup_schema.hpp"
#include "flowcef/map/cef_dictionary.hpp"
#include "flowcef/map/mapping_spec.hpp"
#include "flowcef/map/value_table.hpp"

namespace flowcef {

/// What a key can be filled with that is no element of the record; written with an @ in mappings.
enum class ContextValue : std::uint8_t {
  // The same for every record of a data set.
  exporter,       ///< IPv4 address the export came from; absent if that is IPv6
  exporter_ipv6,  ///< the other way round
  exporter_port,
  sender,
  sender_ipv6,
  listener,  ///< IPv4 address the export was sent to; absent if that is IPv6
  listener_ipv6,
  listener_port,
  export_time,
  receive_time,
  observation_domain,
  sequence,
  version,        ///< of the export format: 1, 5, 7, 9, 10
  record_kind,    ///< FLOWSET or OPTIONS
  template_id,    ///< absent for built-in templates
  message_id,     ///< the event prefix, `m` and the message's running number
  header_count,   ///< as the header states it; absent for IPFIX
  header_length,  ///< of the message in bytes, as its header's count or length has it; absent for v9
  header_bytes,   ///< in hex
  uptime,         ///< the header's, in milliseconds; absent for IPFIX
  unix_seconds,
  unix_nanoseconds,  ///< as the header states them; v1, v5 and v7 only
  // Of each record.
  event_id,
  start,  ///< of the flow, by whichever elements state it
  end,
  icmp_type,  ///< of ICMP records, by whichever elements state it
  icmp_code,
  icmp_type_name,     ///< or the type, if it has no name
  sampling_interval,  ///< one packet out of so many; absent if that is unknown or 1
  corrected_octets,   ///< octetDeltaCount times the sampling interval, and
  corrected_packets,  ///< packetDeltaCount; at most 2^64 - 1, absent without an interval
  // Of each record: names that the exporter's options data or the configuration gave to numbers in it.
  ingress_interface_name,
  egress_interface_name,
  application_name,
  sampler_name,
  ingress_vrf_name,
  egress_vrf_name,
  user_name,
  class_name,
};

/// Returns: whether it is the same for every record of a data set.
[[nodiscard]] constexpr bool is_of_data_set(ContextValue value) noexcept {
  return value < ContextValue::event_id;
}

/// An element by name, which may stand under several numbers (IPFIX, NetFlow v9), or by one number.
struct ElementMatch {
  std::string name;  ///< empty: by number
  std::optional<ElementId> id;

  [[nodiscard]] bool matches(const Field& field) const noexcept;

  friend bool operator==(const ElementMatch&, const ElementMatch&) = default;
};

/// A mapping has no more different questions to lookups.
inline constexpr std::size_t kMaxProbes = 16;

/// What a record asks a lookup.
struct MappedProbe {
  std::string text;                    ///< as the mapping writes it: `@web(sourceIPv4Address)`
  std::optional<std::size_t> lookup;   ///< index; nothing: lookups are not known here, and it never has an entry
  std::vector<ElementMatch> elements;  ///< it is asked by
};

/// A column of what a lookup has for a record.
struct ProbeColumn {
  std::size_t probe = 0;  ///< index into Mapping::probes
  std::size_t column = 0;
  std::string name;
  DataType type = DataType::string;
};

/// One of the three.
struct KeySource {
  std::optional<ContextValue> context;
  std::optional<ProbeColumn> column;
  ElementMatch element;

  [[nodiscard]] bool is_element() const noexcept { return !context && !column; }
};

struct MappedKey {
  std::string key;
  std::optional<CefType> type;   ///< nothing: a custom key, which takes any value
  std::uint16_t max_length = 0;  ///< in bytes; 0: unlimited
  std::vector<KeySource> sources;
  std::string label;  ///< escaped; empty: the key needs none
  const ValueTable* table = nullptr;
  const ValueTable* text_table = nullptr;  ///< its text goes under `<key>Text`
  bool custom = false;                     ///< the element goes out under its generated key as well
  std::string constant;                    ///< escaped; empty: the key is filled by its sources
  ValueForm form = ValueForm::plain;
  bool as_time = false;  ///< elements too show as times, where without they would in their own unit
  TimeForm time = TimeForm::epoch_ms;
  bool local_time = false;
  std::optional<TimeUnit> unit;  ///< to convert durations to
  std::uint16_t cut_at = 0;      ///< in bytes, as the mapping asks for; 0: nowhere
  Omit omit = Omit::empty;
  std::uint8_t priority = kUsualPriority;
  std::optional<bool> options_record;  ///< only of those, or only of others
};

/// A condition on a record, every name in it looked up.
struct Condition {
  using Kind = ConditionSpec::Kind;
  Kind kind = Kind::all;
  SourcePosition where;
  std::vector<Condition> parts;         ///< of all, any and negation
  bool options_record = false;          ///< of kind
  std::uint8_t formats = 0;             ///< of format: bits by ExportFormat
  std::vector<ElementMatch> elements;   ///< of present and absent; of element: that one
  DataType type{};                      ///< of element: what the values below are compared as
  std::vector<TestSpec::Range> ranges;  ///< of numbers, also booleans, IPv4 and MAC addresses; ascending, disjoint
  std::vector<IpPrefix> prefixes;       ///< of exporter, and of IPv6 addresses
  std::vector<std::string> texts;       ///< of strings; of format: names of layouts; of column: as a line shows them
  ProbeColumn column;                   ///< of column; of found: its probe
};

struct EventRule {
  SourcePosition where;
  Condition when;  ///< `all` without parts: every record
  /// `CEF:0|vendor|product|version|signature|name|severity|`, escaped; behind it `key=constant ` for all that it sets.
  /// Empty: the rule's records are not sent.
  std::string header;
  std::uint8_t severity = 0;  ///< 0 to 10, as the header has it
  std::vector<std::string> set_keys;
};

struct Mapping {
  unsigned version = 0;
  std::string prefix;
  Unmapped unmapped = Unmapped::emit;
  std::vector<ElementMatch> drop;                   ///< no generated key
  std::vector<ElementMatch> omit_zero;              ///< no generated key for zero
  std::vector<std::unique_ptr<ValueTable>> tables;  ///< the user's
  std::vector<EventRule> events;                    ///< the last one matches everything
  std::vector<MappedKey> keys;
  std::vector<MappedProbe> probes;  ///< each once, at most kMaxProbes

  /// Returns: the user's table of that name, or else the built-in one; null if there is none.
  [[nodiscard]] const ValueTable* find_table(std::string_view table) const;
};

/// Input:  the lookups that values may come from, by their index; null: they are not known here, so that any name will do
///         and none ever has a value
/// Errors: all of them at once, each at its place in the mapping file: unknown elements, keys, tables and lookups, keys
///         that an element's type does not suit, missing or clashing labels.
[[nodiscard]] std::expected<Mapping, ConfigErrors> resolve_mapping(const MappingSpec& spec,
                                                                   const ElementRegistry& registry,
                                                                   const std::vector<LookupSchema>* lookups = nullptr);

/// Returns: the key of an element that no key of the mapping takes: `packetDeltaCount` becomes
///          `<prefix>PacketDeltaCount`.
[[nodiscard]] std::string generated_key(std::string_view prefix, ElementId id, const InformationElement* element);

}  // namespace flowcef
