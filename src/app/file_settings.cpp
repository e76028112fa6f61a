#include "flowcef/app/file_settings.hpp"

#include <algorithm>
#include <utility>

#include "flowcef/app/translation.hpp"
#include "flowcef/config/loader.hpp"

namespace flowcef {

std::expected<FileSettings, ConfigErrors> load_file_settings(const FileOptions& options,
                                                             const std::filesystem::path& mapping) {
  FileSettings settings;
  if (options.config.empty()) {
    settings.mapping = mapping.empty() ? find_default_mapping() : mapping;
    settings.decode = decode_config_for_files({});
    return settings;
  }
  auto config = load_config(options.config);
  if (!config) return std::unexpected(std::move(config.error()));
  const auto input = options.input.empty() ? config->inputs.begin()
                                           : std::ranges::find(config->inputs, options.input, &InputConfig::name);
  if (input == config->inputs.end()) {
    return std::unexpected(ConfigErrors{{{options.config.string(), 0, 0},
                                         "input",
                                         "expected an input named \"" + options.input + "\", got none",
                                         "an input without a name is called after its type and address"}});
  }
  settings.mapping = mapping.empty() ? config->mapping : mapping;
  settings.elements = config->elements;
  settings.decode = decode_config_for_files(input->decode);
  settings.exporters = config->exporters;
  settings.hosts = config->hosts;
  return settings;
}

}  // namespace flowcef
