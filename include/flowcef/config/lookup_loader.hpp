// One `[[lookup]]` table to a LookupConfig.
#pragma once

#include <filesystem>
#include <vector>

#include "flowcef/config/config.hpp"
#include "flowcef/config/toml_reader.hpp"
#include "flowcef/config/uniqueness.hpp"
#include "flowcef/lookup/lookup_config.hpp"

namespace flowcef {

/// Input:   `table` with the dotted key `lookup[0]`; errors say `lookup.NAME` once the name is known. Its inputs have to
///          be among `inputs`.
/// Returns: what could be read; it is of use only if no error was added. Whether its key and columns are elements is
///          not looked at.
[[nodiscard]] LookupConfig load_lookup(TableReader& table, const std::filesystem::path& base,
                                       const std::vector<InputConfig>& inputs, Uniqueness& names);

}  // namespace flowcef
