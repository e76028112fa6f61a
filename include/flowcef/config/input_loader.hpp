// One `[[input]]` table to an InputConfig.
#pragma once

#include <filesystem>

#include "flowcef/config/config.hpp"
#include "flowcef/config/toml_reader.hpp"
#include "flowcef/config/uniqueness.hpp"

namespace flowcef {

/// What no two inputs of a file may share.
struct InputUniqueness {
  Uniqueness names;
  Uniqueness udp_addresses;
  Uniqueness tcp_addresses;
  Uniqueness files;
};

/// Input:   `table` with the dotted key `input[0]`; errors say `input.NAME` once the name is known.
/// Returns: what could be read; it is of use only if no error was added.
[[nodiscard]] InputConfig load_input(TableReader& table, const std::filesystem::path& base, InputUniqueness& others);

}  // namespace flowcef
