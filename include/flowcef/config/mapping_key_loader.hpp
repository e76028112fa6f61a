// Reads the entries of `[keys]` of a mapping file (mappings/README.md describes them).
#pragma once

#include <vector>

#include "flowcef/config/mapping_file.hpp"
#include "flowcef/config/toml_reader.hpp"

namespace flowcef {

/// Returns: the entries in the order of the file.
/// Errors:  added to the reader's; entries whose key is none are left out.
[[nodiscard]] std::vector<MappingFileKey> load_keys(const TableReader& table);

}  // namespace flowcef
