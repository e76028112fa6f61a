// Reads the program's configuration file.
#pragma once

#include <expected>
#include <filesystem>

#include "flowcef/config/config.hpp"
#include "flowcef/core/source_position.hpp"

namespace flowcef {

/// Reads flowcef.toml and checks everything that can be checked without a socket: the mapping and the TLS files must be
/// readable, their contents are the business of whoever loads them.
/// Input:   paths in the file start at its folder
/// Returns: the configuration with all defaults filled in but `workers` (0: one per CPU)
/// Errors:  all of them at once, in the order of the file; a breach of TOML's syntax is a single one
[[nodiscard]] std::expected<Config, ConfigErrors> load_config(const std::filesystem::path& file);

/// A configuration, and what is wrong with it: what is unfit has its default there, or is missing.
struct LoadedConfig {
  Config config;
  ConfigErrors errors;
};
/// The same for those who look on for more errors, in files that it names.
[[nodiscard]] LoadedConfig load_config_as_far_as_possible(const std::filesystem::path& file);

}  // namespace flowcef
