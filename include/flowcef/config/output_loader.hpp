// One `[[output]]` table to an OutputConfig.
#pragma once

#include <filesystem>

#include "flowcef/config/config.hpp"
#include "flowcef/config/toml_reader.hpp"

namespace flowcef {

/// Input:   `table` with the dotted key `output[0]`; errors say `output.NAME` once the name is known.
///          `state_dir`: where folders are that the table does not name.
/// Returns: what could be read; it is of use only if no error was added.
[[nodiscard]] OutputConfig load_output(TableReader& table, const std::filesystem::path& base,
                                       const std::filesystem::path& state_dir);

}  // namespace flowcef
