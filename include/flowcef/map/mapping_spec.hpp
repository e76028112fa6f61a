// What a mapping file says, as plain data with positions; names are not yet looked up in any dictionary.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/core/source_position.hpp"

namespace flowcef {

struct PositionedText {
  std::string text;
  SourcePosition where;
};

/// One entry of `[keys]`: a CEF key and what fills it.
struct KeySpec {
  PositionedText key;
  std::vector<PositionedText>
      from;  ///< in order of preference: element name, `pen:id`, or `@name` (see mappings/README.md)
  std::optional<PositionedText> label;  ///< text of the `...Label` key that goes with cs, cn, cfp, c6a, flex slots
  std::optional<PositionedText> table;  ///< value table that turns the number into text
  bool custom = false;                  ///< send the element under its generated key as well
};

/// `natEvent = [4, 6]`: the element is there and has one of these values.
struct EqualsSpec {
  PositionedText element;
  std::vector<std::uint64_t> values;
};

/// One `[[event]]` rule; all of its conditions must hold.
struct EventSpec {
  SourcePosition where;
  std::optional<bool> options_record;   ///< `kind = "options"` or `"data"`
  std::vector<PositionedText> present;  ///< elements that the template must have
  std::vector<EqualsSpec> equals;
  PositionedText signature;
  PositionedText name;
  unsigned severity = 0;  ///< 0 to 10
  SourcePosition severity_where;
};

struct MappingSpec {
  std::string file;
  unsigned version = 0;  ///< of CEF: 0 or 1
  SourcePosition version_where;
  PositionedText vendor, product, device_version;  ///< of the CEF header
  PositionedText prefix;                           ///< of generated keys
  std::vector<EventSpec> events;                   ///< first match wins
  std::vector<KeySpec> keys;                       ///< in the order of the file, which is that of the line
};

}  // namespace flowcef
