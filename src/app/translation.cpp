#include "flowcef/app/translation.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "flowcef/config/element_table_loader.hpp"
#include "flowcef/config/mapping_loader.hpp"

namespace flowcef {
namespace {

void append(ConfigErrors& errors, ConfigErrors more) {
  errors.insert(errors.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// Adds what is no consequence of errors that are known, that is, errors of other lines; each behind those that stand
/// before it in its file.
void add_new(ConfigErrors& errors, const ConfigErrors& more) {
  const auto line_is_known = [known = errors](const ConfigError& error) {
    return std::ranges::any_of(known, [&](const ConfigError& other) {
      return other.where.file == error.where.file && other.where.line == error.where.line;
    });
  };
  for (const ConfigError& error : more) {
    if (line_is_known(error)) continue;
    const auto behind = std::ranges::find_if(errors, [&](const ConfigError& other) {
      return other.where.file == error.where.file && other.where.line > error.where.line;
    });
    errors.insert(behind, error);
  }
}

/// Returns: the first of the places for the default mapping that has it; `tried` gets those before it, a line each.
std::optional<std::filesystem::path> default_mapping(std::string& tried) {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  if (error) {
    tried = "\n  /proc/self/exe: " + error.message();
    return std::nullopt;
  }
  const std::array<std::filesystem::path, 2> places = {
      program / "../../mappings/default.toml",             // build/<preset>/flowcef
      program / "../share/flowcef/mappings/default.toml",  // <prefix>/bin/flowcef
  };
  for (const std::filesystem::path& place : places) {
    std::filesystem::path clean = place.lexically_normal();
    if (std::filesystem::exists(clean, error)) return clean;
    tried += "\n  " + clean.string();
  }
  return std::nullopt;
}

/// Returns: the folder of the mappings that come with the program; empty if it is not there.
std::filesystem::path shipped_mappings() {
  std::string tried;
  const auto mapping = default_mapping(tried);
  return mapping ? mapping->parent_path() : std::filesystem::path();
}

std::filesystem::path default_elements(const std::filesystem::path& mapping) {
  std::filesystem::path beside = mapping.parent_path() / "elements";
  return std::filesystem::is_directory(beside) ? beside : find_default_mapping().parent_path() / "elements";
}

}  // namespace

std::expected<std::unique_ptr<const Translation>, ConfigErrors> load_translation(
    const std::filesystem::path& mapping, const std::vector<std::filesystem::path>& elements) {
  auto translation = std::make_unique<Translation>();
  ConfigErrors errors;
  const std::vector<std::filesystem::path> folders =
      elements.empty() ? std::vector{default_elements(mapping)} : elements;
  for (const std::filesystem::path& folder : folders) {
    auto rows = load_element_tables(folder);
    append(errors, rows ? translation->registry.add(*rows) : std::move(rows.error()));
  }
  LoadedMapping loaded = load_mapping(mapping, shipped_mappings());
  append(errors, std::move(loaded.errors));
  if (!loaded.merged) return std::unexpected(std::move(errors));
  if (loaded.spec.device_version.text.empty()) loaded.spec.device_version.text = FLOWCEF_VERSION;
  auto resolved = resolve_mapping(loaded.spec, translation->registry);
  if (!resolved) add_new(errors, resolved.error());
  if (!errors.empty()) return std::unexpected(std::move(errors));
  translation->mapping = *std::move(resolved);
  return translation;
}

std::filesystem::path find_default_mapping() {
  std::string tried;
  if (auto mapping = default_mapping(tried)) return *std::move(mapping);
  throw std::runtime_error("cannot find the default mapping; name one with --mapping. Tried:" + tried);
}

}  // namespace flowcef
