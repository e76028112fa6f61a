#include "flowcef/app/translation.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "flowcef/app/digest.hpp"
#include "flowcef/app/requirements.hpp"
#include "flowcef/config/element_table_loader.hpp"
#include "flowcef/config/layout_loader.hpp"
#include "flowcef/config/mapping_loader.hpp"
#include "flowcef/config/pattern_loader.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kHashDigits = 12;
constexpr std::size_t kMaxDeviceVersion = 31;  // of CEF

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

/// Returns: a folder beside the mapping, or else beside the default one.
std::filesystem::path default_folder(const std::filesystem::path& mapping, std::string_view name) {
  std::filesystem::path beside = mapping.parent_path() / name;
  return std::filesystem::is_directory(beside) ? beside : find_default_mapping().parent_path() / name;
}

void read_elements(const std::vector<std::filesystem::path>& folders, const std::filesystem::path& mapping,
                   ElementRegistry& registry, ConfigErrors& errors) {
  for (const std::filesystem::path& folder :
       folders.empty() ? std::vector{default_folder(mapping, "elements")} : folders) {
    auto rows = load_element_tables(folder);
    append(errors, rows ? registry.add(*rows) : std::move(rows.error()));
  }
}

/// Returns: null if there are errors, which are appended.
std::shared_ptr<const LogPatterns> read_patterns(const std::vector<std::filesystem::path>& files,
                                                 ElementRegistry& registry, ConfigErrors& errors) {
  ConfigErrors found;
  std::vector<LogPatternSpec> specs;
  for (const std::filesystem::path& file : files) {
    auto loaded = load_patterns(file);
    if (loaded) {
      specs.insert(specs.end(), std::make_move_iterator(loaded->begin()), std::make_move_iterator(loaded->end()));
    } else {
      append(found, std::move(loaded.error()));
    }
  }
  auto made = LogPatterns::make(specs, registry);
  if (!made) append(found, std::move(made.error()));
  for (ConfigError& error : found) {  // several inputs may have the same file
    if (std::ranges::find(errors, error) == errors.end()) errors.push_back(std::move(error));
  }
  return found.empty() ? *std::move(made) : nullptr;
}

/// To be called behind read_elements(): layouts are written in the tables' names.
void read_layouts(const std::vector<std::filesystem::path>& folders, const std::filesystem::path& mapping,
                  ElementRegistry& registry, ConfigErrors& errors) {
  for (const std::filesystem::path& folder :
       folders.empty() ? std::vector{default_folder(mapping, "layouts")} : folders) {
    const auto layouts = load_layouts(folder);
    if (!layouts) {
      append(errors, layouts.error());
      continue;
    }
    for (const LayoutConfig& layout : *layouts) append(errors, registry.add_layout(layout));
  }
}

/// Keys stay typed as the mapping has them: one that was made for CEF:1 is of use to a receiver that wants to read CEF:0.
void apply(const CefConfig& cef, MappingSpec& spec) {
  if (!spec.dictionary) spec.dictionary = spec.version == 0 ? 0 : 1;
  spec.version = cef.version.value_or(spec.version);
  spec.time = cef.time.value_or(spec.time);
  spec.local_time = cef.local_time.value_or(spec.local_time);
  spec.swap_bytes = cef.swap_bytes.value_or(spec.swap_bytes);
}

/// Puts the program's version and the mapping's hash where the device version asks for them.
void fill_in(PositionedText& device_version, const std::string& hash, ConfigErrors& errors) {
  const auto replace = [&](std::string_view name, std::string_view value) {
    const std::size_t at = device_version.text.find(name);
    if (at != std::string::npos) device_version.text.replace(at, name.size(), value);
  };
  replace("{version}", FLOWCEF_VERSION);
  replace("{hash}", hash);
  if (device_version.text.size() <= kMaxDeviceVersion) return;
  errors.push_back({device_version.where, "device_version",
                    "expected at most 31 characters, got \"" + device_version.text + '"',
                    "{hash} takes 12 and {version} " + std::to_string(std::string_view(FLOWCEF_VERSION).size())});
}

struct ResolvedMapping {
  Mapping mapping;
  std::string hash;
};

/// Errors: appended.
std::optional<ResolvedMapping> read_mapping(const std::filesystem::path& file, const CefConfig& cef,
                                            const ElementRegistry& registry, const std::vector<LookupSchema>* lookups,
                                            ConfigErrors& errors) {
  LoadedMapping loaded = load_mapping(file, shipped_mappings());
  ConfigErrors found = std::move(loaded.errors);
  std::optional<ResolvedMapping> made;
  if (loaded.merged) {
    const std::string hash = sha256_hex(loaded.text).substr(0, kHashDigits);
    MappingSpec& spec = loaded.spec;
    if (spec.device_version.text.empty()) spec.device_version.text = FLOWCEF_VERSION;
    fill_in(spec.device_version, hash, found);
    for (EventSpec& event : spec.events) {
      if (event.device_version) fill_in(*event.device_version, hash, found);
    }
    apply(cef, spec);
    auto resolved = resolve_mapping(spec, registry, lookups);
    if (resolved) {
      made.emplace(*std::move(resolved), hash);
    } else {
      add_new(found, resolved.error());
    }
  }
  append(errors, std::move(found));
  return made;
}

/// Returns: null after an error, so that no mapping is said to name lookups that are not there.
/// Errors:  appended.
std::shared_ptr<Lookups> make_lookups(const Config& config, const ElementRegistry& registry, ConfigErrors& errors) {
  auto made = Lookups::make(config.lookups, registry);
  if (made) return *std::move(made);
  append(errors, std::move(made.error()));
  return nullptr;
}

}  // namespace

std::expected<std::unique_ptr<const Translation>, ConfigErrors> load_translation(
    const std::filesystem::path& mapping, const std::vector<std::filesystem::path>& elements,
    const std::vector<std::filesystem::path>& layouts,
    const std::vector<std::vector<std::filesystem::path>>& patterns) {
  auto translation = std::make_unique<Translation>();
  ConfigErrors errors;
  read_elements(elements, mapping, translation->registry, errors);
  read_layouts(layouts, mapping, translation->registry, errors);
  for (const auto& files : patterns) read_patterns(files, translation->registry, errors);
  auto made = read_mapping(mapping, {}, translation->registry, nullptr, errors);
  if (!errors.empty()) return std::unexpected(std::move(errors));
  translation->mapping = std::move(made->mapping);
  translation->hash = std::move(made->hash);
  return translation;
}

std::expected<std::shared_ptr<const BridgeTranslation>, ConfigErrors> load_bridge_translation(const Config& config) {
  auto translation = std::make_shared<BridgeTranslation>();
  auto registry = std::make_shared<ElementRegistry>();
  ConfigErrors errors;
  read_elements(config.elements, config.mapping, *registry, errors);
  read_layouts(config.layouts, config.mapping, *registry, errors);
  for (const InputConfig& input : config.inputs) {
    const auto& log = input.decode.log;
    translation->patterns.push_back(log ? read_patterns(log->patterns, *registry, errors) : nullptr);
  }
  translation->lookups = make_lookups(config, *registry, errors);
  const std::vector<LookupSchema>* const schemas = translation->lookups ? &translation->lookups->schemas() : nullptr;
  const auto index_of = [&](const std::filesystem::path& file, const CefConfig& cef) {
    auto& mappings = translation->mappings;
    const auto known =
        std::ranges::find_if(mappings, [&](const auto& entry) { return entry->file == file && entry->cef == cef; });
    const auto index = static_cast<std::size_t>(known - mappings.begin());
    if (known != mappings.end()) return index;
    ConfigErrors found;
    auto made = read_mapping(file, cef, *registry, schemas, found);
    for (ConfigError& error : found) {
      if (std::ranges::find(errors, error) == errors.end()) errors.push_back(std::move(error));
    }
    if (!made) made.emplace();
    mappings.push_back(std::make_shared<const BridgeMapping>(
        BridgeMapping{file, cef, std::move(made->hash), std::move(made->mapping)}));
    return index;
  };
  for (const OutputConfig& output : config.outputs) {
    const std::filesystem::path& file = output.mapping.empty() ? config.mapping : output.mapping;
    if (!file.empty()) translation->of_output.push_back(index_of(file, output.cef));
  }
  if (config.outputs.empty() && !config.mapping.empty()) index_of(config.mapping, {});
  append(errors, check_requirements(config, *registry));
  if (!errors.empty()) return std::unexpected(std::move(errors));
  translation->registry = std::move(registry);
  return translation;
}

std::expected<std::unique_ptr<const PatternTranslation>, ConfigErrors> load_pattern_translation(
    const std::vector<std::filesystem::path>& patterns, const std::filesystem::path& mapping,
    const std::vector<std::filesystem::path>& elements) {
  auto translation = std::make_unique<PatternTranslation>();
  ConfigErrors errors;
  read_elements(elements, mapping, translation->registry, errors);
  translation->patterns = read_patterns(patterns, translation->registry, errors);
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return translation;
}

std::filesystem::path find_default_mapping() {
  std::string tried;
  if (auto mapping = default_mapping(tried)) return *std::move(mapping);
  throw std::runtime_error("cannot find the default mapping; name one with --mapping. Tried:" + tried);
}

}  // namespace flowcef
