// Reads a table of traffic classes: their numbers and names.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string_view>

#include "flowcef/core/source_position.hpp"
#include "flowcef/decode/exporter_config.hpp"

namespace flowcef {

inline constexpr std::size_t kMaxClasses = 65'536;
inline constexpr std::size_t kMaxNumberName = 255;  ///< in bytes

/// Returns: whether a number may be called so: up to kMaxNumberName bytes of UTF-8, no control characters.
[[nodiscard]] bool is_number_name(std::string_view text);

/// Input:  a line for each class: its number, a TAB and its name; lines that begin with # and empty ones are comments
/// Errors: all at once, each at its place; one if the file cannot be read
[[nodiscard]] std::expected<std::shared_ptr<const NumberNames>, ConfigErrors> load_class_table(
    const std::filesystem::path& file);

}  // namespace flowcef
