// Reads the `[[event]]` rules of a mapping file (mappings/README.md describes them).
#pragma once

#include "flowcef/config/toml_reader.hpp"
#include "flowcef/map/mapping_spec.hpp"

namespace flowcef {

/// Conditions may stand inside one another so many times; `when` itself is the first.
inline constexpr unsigned kMaxConditionDepth = 16;

/// Returns: one rule; without `when` if it takes every record, with one if the file has an unfit one.
/// Errors:  added to the reader's; what is unfit is left out.
[[nodiscard]] EventSpec load_event(TableReader& table);

/// Input: a table of conditions, all of which must hold; `depth` as kMaxConditionDepth counts.
[[nodiscard]] ConditionSpec load_conditions(TableReader& table, unsigned depth);

}  // namespace flowcef
