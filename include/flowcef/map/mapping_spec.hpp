// What a mapping file says, as plain data with positions; names are not yet looked up in any dictionary.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "flowcef/core/source_position.hpp"
#include "flowcef/map/value_form.hpp"

namespace flowcef {

/// A key with the same text on every line, or on every line of an event.
struct ConstantSpec {
  PositionedText key;
  PositionedText value;  ///< not yet escaped
  std::optional<PositionedText> label;
};

/// One entry of `[keys]`: a CEF key and what fills it.
struct KeySpec {
  PositionedText key;
  std::vector<PositionedText>
      from;  ///< in order of preference: element name, `pen:id`, `@name` or `@lookup(element).column` (see mappings/README.md)
  std::optional<PositionedText> value;       ///< a constant instead
  std::optional<PositionedText> label;       ///< text of the `...Label` key that goes with cs, cn, cfp, c6a, flex slots
  std::optional<PositionedText> table;       ///< value table that turns the number into text
  std::optional<PositionedText> text_table;  ///< value table whose text goes beside the number, under `<key>Text`
  bool custom = false;                       ///< send the element under its generated key as well
  ValueForm form = ValueForm::plain;
  SourcePosition form_where;
  std::optional<TimeForm> time;  ///< of a time; nothing: the mapping's
  SourcePosition time_where;
  std::optional<bool> local_time;           ///< nothing: the mapping's
  std::optional<TimeUnit> unit;             ///< to convert durations to
  SourcePosition unit_where;                ///< of `unit`
  std::optional<std::uint16_t> max_length;  ///< in bytes
  Omit omit = Omit::empty;
  std::uint8_t priority = kUsualPriority;
  std::optional<bool> options_record;  ///< `kind = "options"` or `"data"`; nothing: both
};

/// One value that a condition on an element takes.
struct TestSpec {
  struct Range {
    std::uint64_t min = 0;
    std::uint64_t max = ~std::uint64_t{0};
  };
  /// Text is an address, a prefix, a MAC address or a string, as the element's type has it.
  std::variant<std::uint64_t, bool, std::string, Range> value;
  SourcePosition where;
};

/// A condition on a record. A record that lacks an element does not fulfil a condition on it.
struct ConditionSpec {
  enum class Kind : std::uint8_t {
    all,       ///< of `parts`
    any,       ///< of `parts`
    negation,  ///< of `parts`, of which there is one
    kind,      ///< `options_record`
    present,   ///< the template has all of `words`
    absent,    ///< the template has none of `words`
    exporter,  ///< its address lies in one of the prefixes `words`
    format,    ///< is one of `words`: netflow1, netflow5, netflow7, netflow9, ipfix, syslog, a layout's name
    element,   ///< `element` passes one of `tests`
    found,     ///< every one of `words`, which are `@lookup(element)`, has an entry
    column,    ///< `element`, which is `@lookup(element).column`, passes one of `tests`
  };
  Kind kind = Kind::all;
  SourcePosition where;
  std::vector<ConditionSpec> parts;
  bool options_record = false;
  std::vector<PositionedText> words;
  PositionedText element;
  std::vector<TestSpec> tests;
};

/// One `[[event]]` rule.
struct EventSpec {
  SourcePosition where;
  std::optional<ConditionSpec> when;  ///< nothing: every record
  bool drop = false;                  ///< its records are not sent; it has nothing but `when` then
  std::optional<PositionedText> vendor, product, device_version;  ///< nothing: the mapping's
  PositionedText signature;
  PositionedText name;
  unsigned severity = 0;  ///< 0 to 10
  SourcePosition severity_where;
  std::vector<ConstantSpec> set;  ///< on each line of the event, in place of what `[keys]` says
};

/// `[tables.NAME]`: a table of the user's, or rows that replace those of a built-in one.
struct ValueTableSpec {
  struct Row {
    std::uint64_t value = 0;
    PositionedText text;  ///< not yet escaped
  };
  PositionedText name;
  std::vector<Row> rows;
};

struct MappingSpec {
  std::string file;
  bool whole = true;     ///< false: what could not be read is missing
  unsigned version = 0;  ///< of CEF, as the header has it
  SourcePosition version_where;
  std::optional<unsigned> dictionary;              ///< whose types keys have: 0 or 1; nothing: the version's
  PositionedText vendor, product, device_version;  ///< of the CEF header
  PositionedText prefix;                           ///< of generated keys
  bool event_id = true;                            ///< false: keys that hold `@event_id` are left out
  bool swap_bytes = false;                         ///< `in` and `out` change places
  TimeForm time = TimeForm::epoch_ms;              ///< of keys that hold times
  bool local_time = false;                         ///< texts of times are local, not UTC
  Unmapped unmapped = Unmapped::emit;
  std::vector<PositionedText> drop;       ///< elements that have no generated key
  std::vector<PositionedText> omit_zero;  ///< elements whose zero has no generated key
  std::vector<ValueTableSpec> tables;
  std::vector<EventSpec> events;  ///< first match wins
  std::vector<KeySpec> keys;      ///< in the order of the file, which is that of the line
};

}  // namespace flowcef
