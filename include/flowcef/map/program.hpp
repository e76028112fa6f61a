// A template and a mapping compiled together: a flat list of small instructions that one loop runs per record.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/decode/options_tables.hpp"
#include "flowcef/map/mapping.hpp"

namespace flowcef {

/// Texts that every record repeats are copied in blocks of this many bytes, so they must be readable to a block's end.
inline constexpr std::size_t kCopyBlock = 48;
/// Room for the longest value of bounded size: an IPv6 address, a float.
inline constexpr std::size_t kMaxBoundedValue = 64;
/// As MappedKey::priority, of keys that the mapping does not name.
inline constexpr std::uint8_t kGeneratedPriority = 1;

enum class Op : std::uint8_t {
  // Values that do not stand in one field.
  context_text,  ///< a text rendered once for the data set, by index
  event_id,
  time,       ///< milliseconds since 1970 by a TimeSource
  time_text,  ///< the same in the form that the source says
  list,       ///< the values in a list, each with a key of its own
  name,       ///< out of options tables
  icmp_type,
  icmp_code,
  icmp_type_name,
  sampling_interval,
  corrected,    ///< a counter times the sampling interval
  long_flow,    ///< how long it lasted, if that is longer than the limit
  constant,     ///< a text of the mapping
  column,       ///< a text out of a lookup, by ColumnText
  unless_zero,  ///< another instruction with its key, if what it shows is not zero
  // Fields.
  unsigned1,  ///< big-endian numbers of 1, 2, 4, 8 bytes
  unsigned2,
  unsigned4,
  unsigned8,
  unsigned_n,  ///< of any other length up to 8
  bits,        ///< some bits of a number
  signed_n,
  within_limit,  ///< number, left out if above the limit or longer than 8 bytes
  table,         ///< text for a number, or for some of its bits, or that number
  table_text,    ///< the same, left out if the table lacks it
  duration,      ///< number in another unit
  bytes,         ///< text, hex or base64, by a BytesForm
  ipv4,
  ipv6,
  pure_ipv6,    ///< left out if it is an IPv4 address in IPv6 form
  mapped_ipv4,  ///< left out unless it is one
  mac,
  text,  ///< escaped string, cut at the limit
  hex,
  boolean,
  float32,
  float64,
  finite32,  ///< floats, left out if they are no number
  finite64,
  ntp_micros,  ///< NTP timestamp as microseconds since 1970
  ntp_nanos,
  application_id,  ///< engine:selector
};

/// Returns: whether the instruction writes what stands at its operand.
[[nodiscard]] constexpr bool is_field(Op op) noexcept {
  return op >= Op::unsigned1;
}

/// What must hold of a record for an instruction to run; a set of bits.
namespace condition {
inline constexpr std::uint8_t kAlways = 1;
inline constexpr std::uint8_t kIcmp = 2;
inline constexpr std::uint8_t kNotIcmp = 4;
inline constexpr std::uint8_t kIpv4Used = 8;  ///< of a record with both families: the one with an address in it
inline constexpr std::uint8_t kIpv6Used = 16;
inline constexpr std::uint8_t kTables = 32;  ///< some options table that the program looks into has rows
}  // namespace condition

/// What a time is of its flow, in Instruction::bits.
namespace time_role {
inline constexpr std::uint8_t kFlowStart = 1;
inline constexpr std::uint8_t kFlowEnd = 2;
}  // namespace time_role

/// Where an instruction finds its bytes.
struct Operand {
  std::uint32_t at = 0;      ///< offset in the record or header; index into the positions of a variable record
  std::uint16_t length = 0;  ///< in bytes; meaningless in a variable record
  bool in_header = false;
};

/// A piece of Program::literals.
struct Literal {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

struct Instruction {
  Op op = Op::hex;
  std::uint8_t condition = condition::kAlways;
  std::uint8_t bits_shift = 0;
  std::uint8_t bits = 0;
  bool depends = false;                        ///< on its condition or on what others missed: the loop asks only then
  std::uint8_t priority = kGeneratedPriority;  ///< as MappedKey::priority
  Literal literal;                             ///< `key=`, with its label in front
  Operand operand;
  std::uint64_t misses = 0;  ///< bits to set when the value is left out or cut, for the instructions that step in
  std::uint64_t after = 0;   ///< runs only if all of these bits are set
  /// Index of a limit, table, time source, context text, lookup, column, list, constant, inner instruction, unit change or
  /// form; longest text.
  std::uint32_t extra = 0;
};

struct TimeStyle {
  TimeForm form = TimeForm::epoch_ms;
  bool local = false;  ///< a text of the machine's zone, not UTC
};

/// How a flow's start or end follows from what the record states. Source: RFC 7011 section 6.1, RFC 7012, RFC 3954.
struct TimeSource {
  enum class Kind : std::uint8_t {
    seconds,
    milliseconds,
    ntp,           ///< seconds since 1900 and a 32-bit fraction
    delta_micros,  ///< before the export time
    uptime,        ///< milliseconds since boot, modulo 2^32
    asn1,          ///< a certificate's date
  };
  enum class Duration : std::uint8_t { none, milliseconds, microseconds };

  Kind kind = Kind::milliseconds;
  Operand value;
  bool init_in_record = false;  ///< uptime: the boot time stands in the record itself
  Operand init;
  Duration duration = Duration::none;  ///< to be added (or subtracted)
  bool subtract = false;
  Operand duration_value;
  TimeStyle style;  ///< of Op::time_text
};

/// What makes a duration one of another unit.
struct UnitChange {
  std::uint32_t multiply = 1;
  std::uint32_t divide = 1;  ///< rounded down
  std::uint64_t limit = 0;   ///< above it there is no value
};

/// How the bytes of a field are shown.
struct BytesForm {
  ValueForm form = ValueForm::plain;  ///< plain: a string; text, hex or base64
  std::uint16_t limit = 0;            ///< in bytes; 0: none
  bool marked = false;                ///< what is longer is cut and ends in a mark; else texts are cut, others left out
};

/// A text that holds for the data set.
struct ContextText {
  ContextValue value = ContextValue::exporter;
  ValueForm form = ValueForm::plain;          ///< of addresses
  TimeStyle time;                             ///< of times
  std::uint16_t limit = 0;                    ///< in bytes; 0: none. Texts are cut there, what is no text is left out
  bool marked = false;                        ///< one that is cut ends in a mark
  std::uint64_t largest = ~std::uint64_t{0};  ///< number that is not left out
  bool negative = true;                       ///< numbers below 0 are not left out
};

/// A list's place on the line.
struct ListField {
  std::uint16_t field = 0;  ///< index into Template::fields
  ElementId id;
  Literal literal;  ///< its own generated key, for a list that could not be read
};

/// A name for a number in the record: that of the first field for which the table has one.
struct NameLookup {
  OptionsTable table = OptionsTable::interface_name;
  std::vector<Operand> keys;
  std::uint32_t max_length = kMaxOptionsText;  ///< in bytes
  bool marked = false;                         ///< one that is cut ends in a mark
};

/// A question to a lookup.
struct LookupProbe {
  struct Part {
    Operand operand;
    DataType type{};
    std::uint8_t condition = condition::kAlways;  ///< under which the record has it
    std::uint8_t bits_shift = 0;
    std::uint8_t bits = 0;  ///< 0: all
  };
  std::size_t lookup = 0;  ///< as LookupReader::find() counts them
  std::vector<Part> key;
};

/// How a key shows a column of what was found.
struct ColumnText {
  std::size_t probe = 0;    ///< index into Program::probes
  std::size_t column = 0;   ///< index into LookupSchema::columns
  std::uint16_t limit = 0;  ///< in bytes; 0: none. Texts are cut there, what is no text is left out
  bool text = true;
  bool marked = false;                        ///< one that is cut ends in a mark
  bool number = false;                        ///< for a key of numbers:
  bool negative = true;                       ///< those below 0 are not left out
  std::uint64_t largest = ~std::uint64_t{0};  ///< number that is not left out
};

/// Texts for ICMP's types.
struct IcmpTypeNames {
  const ValueTable* ipv4 = nullptr;
  const ValueTable* ipv6 = nullptr;
  std::uint16_t limit = 0;  ///< in bytes, at which they are cut; 0: none
  bool marked = false;      ///< one that is cut ends in a mark
};

/// Where ICMP's type and code stand.
struct IcmpSource {
  bool ipv6 = false;
  bool joined = false;  ///< one field holds type * 256 + code
  Operand type;
  Operand code;  ///< unless joined
};

/// How the sampling interval, one packet out of so many, follows. Source: RFC 5477 section 8.2, RFC 7270 section 4.
struct SamplingSource {
  enum class Kind : std::uint8_t {
    table,        ///< the options tables have it, by the sampler in `first` if that has a length, or by interface
    interval,     ///< `first` states it
    spacing,      ///< `first` packets are taken, then `second` are not
    population,   ///< `first` packets out of `second`
    probability,  ///< `first`, of a packet to be taken
  };
  Kind kind = Kind::table;
  Operand first;
  Operand second;
  std::uint8_t bits = 0;  ///< lowest bits of `first` that count; 0: all
  /// For `table`: ingressInterface, ingressPhysicalInterface and the two of egress, and flowDirection; of no length if
  /// the record has them not.
  std::array<Operand, 4> interfaces;
  Operand direction;
};

/// One test on the way to a record's event, and where each outcome leads: to the test of that index, or where it is
/// negative to the event ~index.
struct EventTest {
  enum class Kind : std::uint8_t {
    number,
    signed_number,
    ntp_micros,  ///< NTP timestamps by their microseconds and nanoseconds since 1970
    ntp_nanos,
    ipv6,
    text,
    exporter,  ///< the data set's
    found,     ///< a lookup has an entry
    column,    ///< that has one of the texts, which are as a line shows them
  };
  Kind kind = Kind::number;
  std::uint8_t condition = condition::kAlways;
  std::uint8_t bits_shift = 0;
  std::uint8_t bits = 0;  ///< 0: all
  Operand operand;
  std::size_t probe = 0;    ///< of found and column: index into Program::probes
  std::size_t column = 0;   ///< index into LookupSchema::columns
  std::uint32_t first = 0;  ///< index into EventTests::exporters, ranges, prefixes or texts
  std::uint32_t count = 0;  ///< of ranges, prefixes or texts, of which one must fit
  std::int32_t yes = 0;
  std::int32_t no = 0;
};

/// The conditions of all rules that a template can fulfil, as one decision graph without cycles.
struct EventTests {
  std::int32_t start = ~0;  ///< as EventTest::yes
  std::vector<EventTest> tests;
  std::vector<TestSpec::Range> ranges;
  std::vector<IpPrefix> prefixes;
  std::vector<std::string> texts;
  std::vector<std::vector<IpPrefix>> exporters;  ///< each looked at once for a data set
};

struct EventChoice {
  Literal header;                 ///< with the event's constants behind it; of no length: the record is not sent
  std::uint64_t starts_with = 0;  ///< bits of Instruction::misses that are set from the start
  /// `<134>` in front of the envelope, which is copied whole; where it does not depend on the event, the envelope has it.
  std::array<char, 8> priority{};
  std::size_t priority_length = 0;
  std::uint32_t rule = 0;  ///< index into Mapping::events
};

/// An element that no key of the mapping shows.
struct UnmappedElement {
  ElementId id;
  const InformationElement* element = nullptr;  ///< null: no table has it
  std::string key;                              ///< its generated key
};

/// Lifetime: immutable once compiled; refers to the mapping's tables only.
struct Program {
  std::uint64_t serial = 0;  ///< of the template it was made for
  EventTests event_tests;
  std::vector<EventChoice> events;  ///< at least one
  bool priority_of_event = false;   ///< EventChoice::priority is set
  std::vector<Instruction> code;
  std::vector<Instruction> lookups;  ///< behind them, if options tables have rows
  std::string literals;              ///< padded at the end, as it is copied in whole blocks
  std::vector<ContextText> context_texts;
  std::vector<std::uint64_t> limits;
  std::vector<const ValueTable*> tables;
  std::vector<TimeSource> times;
  std::vector<UnitChange> unit_changes;
  std::vector<BytesForm> bytes_forms;
  std::vector<ListField> lists;       ///< in the order of their fields
  std::vector<std::string> own_keys;  ///< of a record with lists: what their values' keys must differ from
  std::vector<NameLookup> names;
  std::vector<LookupProbe> probes;  ///< at most kMaxProbes
  std::vector<ColumnText> columns;
  std::optional<TimeSource> flow_start;  ///< for probes; nothing: the template does not state it
  std::optional<TimeSource> flow_end;
  std::vector<OptionsTable> options_tables;  ///< that some instruction looks into
  std::vector<IcmpSource> icmp;              ///< in order of preference
  std::vector<IcmpTypeNames> icmp_type_names;
  SamplingSource sampling;
  std::uint32_t long_flow_ms = 0;
  Literal shed_keys;                 ///< `key=` of the number of keys that were left out; if CompileOptions::limited
  std::vector<Literal> constants;    ///< `=text`
  std::vector<Instruction> inner;    ///< what unless_zero runs
  std::uint64_t partial_misses = 0;  ///< those bits of an instruction's misses that a cut value sets
  /// Those that an instruction sets which is not run, as `after` does not hold.
  std::uint64_t skipped_misses = ~std::uint64_t{0};
  std::uint32_t dropped_fields = 0;       ///< of each record: fields that no key shows, and that the mapping drops
  std::uint32_t unknown_fields = 0;       ///< of each record: fields of elements that no table has
  std::vector<UnmappedElement> unmapped;  ///< if the mapping warns of them

  bool tests_protocol = false;  ///< some instruction asks for icmp or not_icmp
  Operand protocol;
  bool tests_family = false;  ///< some instruction asks for ipv4_used or ipv6_used
  std::vector<Operand> ipv4_addresses;
  std::vector<Operand> ipv6_addresses;

  /// A message is no longer than fixed_size, and kMaxEscapeGrowth * uses_of_a_field bytes for each byte of its record
  /// and header, its envelope, context texts, values out of lists and texts out of
  /// lookups.
  std::size_t fixed_size = 0;
  std::size_t uses_of_a_field = 1;  ///< how many instructions show the same field, at most
};

struct CompileOptions {
  bool wide_in = false;
  bool limited = false;                       ///< messages may have to be shortened
  std::optional<std::uint8_t> facility = {};  ///< of messages whose severity is that of their event
};

[[nodiscard]] Program compile(const Mapping& mapping, const Template& layout, const CompileOptions& options);

}  // namespace flowcef
