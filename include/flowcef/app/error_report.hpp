// Shows configuration errors to the user.
#pragma once

#include <ostream>

#include "flowcef/core/source_position.hpp"

namespace flowcef {

/// Writes each error as `file:line:col: key: expected, got`, then the line it is about with a caret.
void print_errors(std::ostream& out, const ConfigErrors& errors);

}  // namespace flowcef
