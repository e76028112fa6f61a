// What a pattern file says. Plain data with positions.
#pragma once

#include <vector>

#include "flowcef/core/source_position.hpp"

namespace flowcef {

/// One `[[pattern]]` of a pattern file.
struct LogPatternSpec {
  PositionedText name;   ///< unique over all files of an input
  PositionedText match;  ///< regular expression (RE2) with named groups: `(?P<sourceIPv4Address>\\S+)`
  struct TypedName {
    PositionedText name;
    PositionedText type;  ///< IANA data type
  };
  std::vector<TypedName> types;  ///< of groups whose name no element table has; string without
};

}  // namespace flowcef
