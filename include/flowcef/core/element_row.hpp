// One line of an element table file: an information element that an exporter may send.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "flowcef/core/source_position.hpp"

namespace flowcef {

struct ElementRow {
  std::optional<std::uint32_t> pen;  ///< enterprise number; nothing: a NetFlow v9 field number
  std::uint32_t id = 0;
  std::string name;
  std::string type;   ///< abstract data type by its IANA name, such as `unsigned32`
  std::string units;  ///< may be empty
  SourcePosition where;
};

}  // namespace flowcef
