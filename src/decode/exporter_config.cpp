#include "flowcef/decode/exporter_config.hpp"

#include <algorithm>

namespace flowcef {
namespace {

template <class T>
void take(const std::optional<T>& setting, T& into) {
  if (setting) into = *setting;
}

void take(const std::shared_ptr<const NumberNames>& setting, std::shared_ptr<const NumberNames>& into) {
  if (setting) into = setting;
}

}  // namespace

ExporterSettings settings_for(const std::vector<ExporterConfig>& configs, const IpAddress& exporter) {
  std::vector<const ExporterConfig*> matching;
  for (const ExporterConfig& config : configs) {
    if (config.match.contains(exporter)) matching.push_back(&config);
  }
  std::ranges::stable_sort(matching, {}, [](const ExporterConfig* config) { return config->match.bits(); });
  ExporterSettings settings;
  for (const ExporterConfig* config : matching) {
    take(config->sequence, settings.sequence);
    take(config->keep, settings.keep);
    take(config->counters, settings.counters);
    take(config->own_exports, settings.own_exports);
    take(config->merge, settings.merge);
    if (config->silent_after) settings.silent_after = config->silent_after;
    take(config->classes, settings.classes);
    take(config->interfaces, settings.interfaces);
  }
  return settings;
}

}  // namespace flowcef
