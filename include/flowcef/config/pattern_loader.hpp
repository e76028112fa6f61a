// Reads a file of patterns for log lines (docs/logs.md describes it).
#pragma once

#include <expected>
#include <filesystem>
#include <vector>

#include "flowcef/core/source_position.hpp"
#include "flowcef/decode/log_pattern_config.hpp"

namespace flowcef {

/// Checks the form, not what it means: expressions and elements are the decode stage's.
/// Errors: all of them at once, in the order of the file; a breach of TOML's syntax is the only one
[[nodiscard]] std::expected<std::vector<LogPatternSpec>, ConfigErrors> load_patterns(const std::filesystem::path& file);

}  // namespace flowcef
