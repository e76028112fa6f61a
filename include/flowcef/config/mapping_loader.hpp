// Reads a mapping file and those that it extends (mappings/README.md describes the language).
#pragma once

#include <expected>
#include <filesystem>

#include "flowcef/core/source_position.hpp"
#include "flowcef/map/mapping_spec.hpp"

namespace flowcef {

/// Checks the form of a mapping, not its names: elements, CEF keys and tables are looked up by the map stage.
/// Input:   `shipped`: the folder of the mappings that come with the program, where `extends = "NAME"` looks when
///          there is none beside the file; empty: there are none
/// Returns: the mapping, merged with those that it extends; positions are of the file that each part comes from;
///          `device_version` is empty where no file has one.
/// Errors:  all of them at once, those of an extended mapping before those of the one that extends it, each in the
///          order of its file; a breach of TOML's syntax is the only error of its file.
[[nodiscard]] std::expected<MappingSpec, ConfigErrors> load_mapping(const std::filesystem::path& file,
                                                                    const std::filesystem::path& shipped);

}  // namespace flowcef
