// What `flowcef patterns` prints.
#pragma once

#include <istream>
#include <ostream>

#include "flowcef/decode/log_patterns.hpp"

namespace flowcef {

/// Writes for each line of `in` which pattern takes it and what it finds there, with the element and type of each value,
/// and at the end how many lines each pattern took.
/// Input:   `clock`: by what times are read, see LogClock
/// Returns: whether any line was taken
bool try_patterns(std::istream& in, std::ostream& out, const LogPatterns& patterns, const LogClock& clock);

}  // namespace flowcef
