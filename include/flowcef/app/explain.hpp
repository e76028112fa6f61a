// Explains a capture: what is in it, what became of it, and why.
#pragma once

#include <ostream>

#include "flowcef/app/options.hpp"

namespace flowcef {

/// Writes the explanation to `out`, and what is wrong with options, mapping or files to `errors`.
/// Returns: the exit status.
[[nodiscard]] int explain(const ExplainOptions& options, std::ostream& out, std::ostream& errors);

}  // namespace flowcef
