// What one mapping file says by itself, before it is merged with the mapping that it extends.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/config/toml_reader.hpp"
#include "flowcef/map/mapping_spec.hpp"

namespace flowcef {

/// `[cef]`. What is not given stays as the extended mapping has it.
struct MappingHeader {
  std::optional<unsigned> version;
  SourcePosition version_where;  ///< of `[cef]` if no version is given
  std::optional<unsigned> dictionary;
  std::optional<PositionedText> vendor, product, device_version, prefix;  ///< empty: given, but unfit
  std::optional<bool> event_id;
  std::optional<bool> swap_bytes;
  std::optional<TimeForm> time;
  std::optional<bool> local_time;
};

/// One entry of `[keys]`.
struct MappingFileKey {
  KeySpec spec;
  std::optional<SourcePosition> taken_out;  ///< of `false`, which takes the extended mapping's key out
};

struct MappingFile {
  explicit MappingFile(const std::filesystem::path& file) : path(file), errors(file.string()) {}

  std::filesystem::path path;
  std::string text;
  ErrorCollector errors;
  std::optional<PositionedText> extends;  ///< empty: given, but unfit
  bool has_cef = false;
  TomlPlace cef_place;
  MappingHeader cef;
  std::optional<Unmapped> unmapped;
  std::vector<PositionedText> drop;
  std::vector<PositionedText> omit_zero;
  std::vector<ValueTableSpec> tables;
  bool has_events = false;
  std::vector<EventSpec> events;
  std::vector<MappingFileKey> keys;
};

/// Checks the form of everything in the file; what only the merged mapping can lack is not missed here.
/// Errors: in MappingFile::errors; what is unfit is left out.
[[nodiscard]] MappingFile load_mapping_file(const std::filesystem::path& file, const TomlValue& document);

}  // namespace flowcef
