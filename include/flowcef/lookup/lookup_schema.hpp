// What a mapping has to know of a lookup: what it is asked by, and what it can answer.
#pragma once

#include <string>
#include <vector>

#include "flowcef/decode/information_element.hpp"

namespace flowcef {

struct LookupColumn {
  std::string name;                  ///< of an element, or as the file calls it
  DataType type = DataType::string;  ///< all its texts are values of this type as a line shows them
};

struct LookupSchema {
  std::string name;
  std::vector<DataType> key;  ///< of each element that it is asked by, in order; addresses of either family suit
  std::vector<LookupColumn> columns;
};

}  // namespace flowcef
