// What the workers of one input share: its settings, the templates, the budget of held data.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flowcef/decode/decode_config.hpp"
#include "flowcef/decode/identity_config.hpp"
#include "flowcef/decode/information_element.hpp"
#include "flowcef/decode/log_patterns.hpp"
#include "flowcef/decode/template_store.hpp"

namespace flowcef {

/// Thread: any, but for what changes it while it is in use: then no worker may be decoding.
struct InputState {
  explicit InputState(DecodeConfig decode = {}, std::vector<ExporterConfig> of_exporters = {},
                      std::vector<IdentityRule> of_identities = {})
      : config(std::move(decode)),
        exporters(std::move(of_exporters)),
        identities(std::move(of_identities)),
        templates(config) {}

  /// Tells a layout how records of this input are to be shown. To be called before it is put into `templates`.
  void prepare(Template& layout) const {
    layout.view = config.records;
    layout.long_flow_ms = static_cast<std::uint32_t>(config.long_flow.count());
    layout.tells_events = is_of_events(layout);
  }

  /// Sets other settings; templates for which there is less room go at once. How records are shown changes with
  /// remake_layouts(). Where `match_port` changes, templates have to come anew: they are kept under what it says.
  void reconfigure(DecodeConfig decode, std::vector<ExporterConfig> of_exporters,
                   std::vector<IdentityRule> of_identities = {});
  /// Compiles every template anew, as these element tables and the settings want it: for those who use templates nothing
  /// else of them changes.
  void remake_layouts(const ElementRegistry& registry);

  std::string name;  ///< of the input
  DecodeConfig config;
  std::vector<ExporterConfig> exporters;
  std::vector<IdentityRule> identities;
  std::shared_ptr<const LogPatterns> patterns;  ///< of an input of log lines
  TemplateStore templates;
  std::atomic<std::size_t> held_bytes = 0;  ///< of all workers' holding pens
};

}  // namespace flowcef
