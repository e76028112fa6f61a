// Everything that turns records into text, loaded and checked: element registry and mapping.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "flowcef/config/config.hpp"
#include "flowcef/decode/information_element.hpp"
#include "flowcef/decode/log_patterns.hpp"
#include "flowcef/lookup/lookups.hpp"
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
  std::vector<std::shared_ptr<const LogPatterns>> patterns;    ///< by input; null: no log lines come in
  std::shared_ptr<Lookups> lookups;                            ///< mappings have their indices
};

/// Input:  a mapping file and folders of element tables, read in that order; without any, the folder `elements` beside
///         the mapping, or else that of the default mapping.
///         The same for folders of layouts. Of patterns, those of each input, whose elements a mapping may name.
/// Errors: all of them at once, those of the tables first.
[[nodiscard]] std::expected<std::unique_ptr<const Translation>, ConfigErrors> load_translation(
    const std::filesystem::path& mapping, const std::vector<std::filesystem::path>& elements,
    const std::vector<std::filesystem::path>& layouts = {},
    const std::vector<std::vector<std::filesystem::path>>& patterns = {});

/// The same for every output of a configuration, of which parts may be missing where only its errors are wanted.
/// Errors: all of them at once, each once: of the tables, of every mapping, and what inputs require that no table has.
[[nodiscard]] std::expected<std::shared_ptr<const BridgeTranslation>, ConfigErrors> load_bridge_translation(
    const Config& config);

/// Patterns to be tried on lines, without a mapping.
struct PatternTranslation {
  ElementRegistry registry;
  std::shared_ptr<const LogPatterns> patterns;
};

/// Input:  pattern files, tried in that order; element tables as above
/// Errors: all of them at once, those of the tables first.
[[nodiscard]] std::expected<std::unique_ptr<const PatternTranslation>, ConfigErrors> load_pattern_translation(
    const std::vector<std::filesystem::path>& patterns, const std::filesystem::path& mapping,
    const std::vector<std::filesystem::path>& elements);

/// Where the mappings that come with the program are: `mappings` beside the build folder, or the installed
/// `share/flowcef/mappings`; both are found from the program's own path.
/// Errors: std::runtime_error that names the places tried.
[[nodiscard]] std::filesystem::path find_default_mapping();

}  // namespace flowcef
