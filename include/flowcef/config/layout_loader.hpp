// Reads layout files, which say where the fields of records stand whose exporter sends no templates.
#pragma once

#include <expected>
#include <filesystem>
#include <string_view>
#include <vector>

#include "flowcef/core/source_position.hpp"
#include "flowcef/decode/layout_config.hpp"

namespace flowcef {

/// Reads every `*.toml` of a folder in the order of their names; subfolders are left out.
/// Errors: all of them at once.
[[nodiscard]] std::expected<std::vector<LayoutConfig>, ConfigErrors> load_layouts(const std::filesystem::path& folder);

/// Reads the text of one; `file` is named in errors. What the words in it mean is not looked at.
[[nodiscard]] std::expected<LayoutConfig, ConfigErrors> parse_layout(std::string_view text,
                                                                     const std::filesystem::path& file);

}  // namespace flowcef
