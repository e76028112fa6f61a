// Everything that turns records into text, loaded and checked: element registry and mapping.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "flowcef/config/config.hpp"
#include "flowcef/decode/information_element.hpp"
#include "flowcef/map/mapping.hpp"

namespace flowcef {

/// Thread: immutable; any.
struct Translation {
  ElementRegistry registry;
  Mapping mapping;
  std::string hash;  ///< as BridgeMapping::hash
};

/// One mapping as one or several outputs want it.
struct BridgeMapping {
  std::filesystem::path file;
  CefConfig cef;
  /// The first 12 digits of the SHA-256, in hex, of the mapping's file; where it extends others, of their bytes and then
  /// its own, the one that extends no other first.
  std::string hash;
  Mapping mapping;
};

/// What a bridge needs for all its outputs.
/// Thread: immutable; any.
struct BridgeTranslation {
  std::shared_ptr<const ElementRegistry> registry;
  std::vector<std::shared_ptr<const BridgeMapping>> mappings;  ///< each once
  std::vector<std::size_t> of_output;                          ///< index into `mappings`, by output
};

/// Input:  a mapping file and folders of element tables, read in that order; without any, the folder `elements` beside
///         the mapping, or else that of the default mapping.
/// Errors: all of them at once, those of the tables first.
[[nodiscard]] std::expected<std::unique_ptr<const Translation>, ConfigErrors> load_translation(
    const std::filesystem::path& mapping, const std::vector<std::filesystem::path>& elements);

/// The same for every output of a configuration, of which parts may be missing where only its errors are wanted.
/// Errors: all of them at once, each once: of the tables, of every mapping, and what inputs require that no table has.
[[nodiscard]] std::expected<std::shared_ptr<const BridgeTranslation>, ConfigErrors> load_bridge_translation(
    const Config& config);

/// Where the mappings that come with the program are: `mappings` beside the build folder, or the installed
/// `share/flowcef/mappings`; both are found from the program's own path.
/// Errors: std::runtime_error that names the places tried.
[[nodiscard]] std::filesystem::path find_default_mapping();

}  // namespace flowcef
