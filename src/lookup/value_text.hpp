// A value of a record as a line shows it, before it is escaped.
#pragma once

#include <string>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/decode/information_element.hpp"

namespace flowcef {

/// Input:   big-endian, of any length; times become milliseconds since 1970
/// Returns: in `text`; empty: the value is
void assign_text(std::string& text, DataType type, Bytes value);

}  // namespace flowcef
