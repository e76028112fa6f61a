// Reads a mapping file and those that it extends (mappings/README.md describes the language).
#pragma once

#include <filesystem>
#include <string>

#include "flowcef/core/source_position.hpp"
#include "flowcef/map/mapping_spec.hpp"

namespace flowcef {

/// What a mapping file says, and what is wrong with it.
struct LoadedMapping {
  MappingSpec spec;     ///< merged with what it extends; positions are of the file that each part comes from
  ConfigErrors errors;  ///< none: the spec is whole; otherwise what is unfit is missing in it
  bool merged = false;  ///< false: some file of it cannot be read, so that the spec says nothing
  std::string text;     ///< of all its files, the one that extends no other first
};

/// Checks the form of a mapping, not its names: elements, CEF keys and tables are looked up by the map stage.
/// Input:   `shipped`: the folder of the mappings that come with the program, where `extends = "NAME"` looks when
///          there is none beside the file; empty: there are none
/// Returns: a spec whose `device_version` is empty where no file has one
/// Errors:  all of them at once, those of an extended mapping before those of the one that extends it, each in the
///          order of its file; a breach of TOML's syntax is the only error of its file.
[[nodiscard]] LoadedMapping load_mapping(const std::filesystem::path& file, const std::filesystem::path& shipped);

}  // namespace flowcef
