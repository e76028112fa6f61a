// Reads a mapping file and all that it extends.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "flowcef/config/mapping_file.hpp"

namespace flowcef {

/// A mapping may extend one that extends another, so many in all beside itself.
inline constexpr std::size_t kMaxExtended = 8;

struct MappingChain {
  std::vector<MappingFile> files;         ///< the one that extends no other comes first
  std::optional<ConfigError> unreadable;  ///< of the file before the first: it cannot be read, or is no TOML
  bool complete = false;                  ///< false: an extended mapping is missing
};

/// Finds `extends = "NAME"` as NAME.toml beside the file, unless that is the file itself, then in `shipped`; and
/// `extends = "PATH"`, with a `/` or the ending `.toml`, from the file's folder on.
/// Input: `shipped`: empty: no mappings come with the program.
/// Errors: one that is not there, one that extends itself in the end, one too many: at `extends`.
[[nodiscard]] MappingChain load_mapping_chain(const std::filesystem::path& file, const std::filesystem::path& shipped);

}  // namespace flowcef
