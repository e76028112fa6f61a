// Everything that turns records into text, loaded and checked: element registry and mapping.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <vector>

#include "flowcef/decode/information_element.hpp"
#include "flowcef/map/mapping.hpp"

namespace flowcef {

/// Thread: immutable; any.
struct Translation {
  ElementRegistry registry;
  Mapping mapping;
};

/// Input:  a mapping file and folders of element tables, read in that order; without any, the folder `elements` beside
///         the mapping, or else that of the default mapping.
/// Errors: all of them at once, those of the tables first.
[[nodiscard]] std::expected<std::unique_ptr<const Translation>, ConfigErrors> load_translation(
    const std::filesystem::path& mapping, const std::vector<std::filesystem::path>& elements);

/// Where the mappings that come with the program are: `mappings` beside the build folder, or the installed
/// `share/flowcef/mappings`; both are found from the program's own path.
/// Errors: std::runtime_error that names the places tried.
[[nodiscard]] std::filesystem::path find_default_mapping();

}  // namespace flowcef
