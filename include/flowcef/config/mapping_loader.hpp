// Reads a mapping file (mappings/README.md describes the language).
#pragma once

#include <expected>
#include <filesystem>

#include "flowcef/core/source_position.hpp"
#include "flowcef/map/mapping_spec.hpp"

namespace flowcef {

/// Checks the form of a mapping, not its names: elements, CEF keys and tables are looked up by the map stage.
/// Returns: the mapping; `device_version` is empty where the file has none.
/// Errors:  all of them at once, in the order of the file; a breach of TOML's syntax is a single one.
[[nodiscard]] std::expected<MappingSpec, ConfigErrors> load_mapping(const std::filesystem::path& file);

}  // namespace flowcef
