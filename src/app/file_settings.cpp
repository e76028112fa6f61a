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
  const auto takes_exports = [](const InputConfig& input) { return !input.decode.log; };
  const auto input = options.input.empty() ? std::ranges::find_if(config->inputs, takes_exports)
                                           : std::ranges::find(config->inputs, options.input, &InputConfig::name);
  if (input == config->inputs.end()) {
    return std::unexpected(
        ConfigErrors{{{options.config.string(), 0, 0},
                      "input",
                      options.input.empty() ? "expected an input of exports, got log lines only"
                                            : "expected an input named \"" + options.input + "\", got none",
                      options.input.empty() ? "" : "an input without a name is called after its type and address"}});
  }
  settings.mapping = mapping.empty() ? config->mapping : mapping;
  settings.elements = config->elements;
  settings.layouts = config->layouts;
  for (const InputConfig& each : config->inputs) {
    if (each.decode.log) settings.patterns.push_back(each.decode.log->patterns);
  }
  settings.decode = decode_config_for_files(input->decode);
  settings.exporters = config->exporters;
  settings.identities = config->identities;
  settings.hosts = config->hosts;
  return settings;
}

}  // namespace flowcef
