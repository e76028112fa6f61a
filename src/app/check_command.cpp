#include <algorithm>
#include <iostream>
#include <iterator>
#include <string>
#include <variant>
#include <vector>

#include "flowcef/app/bridge_settings.hpp"
#include "flowcef/app/commands.hpp"
#include "flowcef/app/error_report.hpp"
#include "flowcef/app/followed_files.hpp"
#include "flowcef/app/receiver_check.hpp"
#include "flowcef/app/reload_rights.hpp"
#include "flowcef/app/spool_folders.hpp"
#include "flowcef/config/replicate_loader.hpp"
#include "flowcef/source/tap_filter.hpp"

namespace flowcef {

namespace {

/// Returns: what the user that the bridge becomes may not do, though it has to.
ConfigErrors check_rights(const BridgeSettings& settings, const std::filesystem::path& file) {
  ConfigErrors errors = check_spool_folders(settings.config, settings.account, file);
  std::ranges::move(check_followed_files(settings.config, settings.account, file), std::back_inserter(errors));
  if (!settings.account) return errors;
  std::ranges::move(check_state_folders(settings.config, settings.account, file), std::back_inserter(errors));
  std::ranges::move(check_reload_rights(*settings.account, file), std::back_inserter(errors));
  return errors;
}

/// A bridge starts all the same, and waits for them.
void check_interfaces(const Config& config, ConfigErrors& errors) {
  const std::vector<std::string> known = tap_interfaces();
  for (const InputConfig& input : config.inputs) {
    const auto* const tap = std::get_if<TapConfig>(&input.source);
    if (tap == nullptr || !input.interface_where || std::ranges::find(known, tap->interface) != known.end()) continue;
    errors.push_back({*input.interface_where, "input." + input.name + ".interface",
                      "expected an interface of this machine, got \"" + tap->interface + '"',
                      "there are " + listed_tap_interfaces()});
  }
}

}  // namespace

int check_command(const CheckOptions& options) {
  const auto settings = load_bridge_settings(options.config);
  ConfigErrors errors = settings ? check_rights(*settings, options.config) : settings.error();
  if (settings) check_interfaces(settings->config, errors);
  print_errors(std::cerr, errors);
  bool good = errors.empty();
  std::vector<ReceiverModel> receivers;
  if (!options.against.empty()) {
    auto models = load_receiver_models(receiver_models_folder(), options.against);
    if (models) {
      receivers = *std::move(models);
    } else {
      print_errors(std::cerr, models.error());
      good = false;
    }
  }
  if (!good) return kExitUsage;
  std::cout << options.config.string() << ": good\n";
  for (const InputConfig& input : settings->config.inputs) {
    if (const std::string text = describe_followed_files(input); !text.empty()) std::cout << text << '\n';
  }
  for (const ReplicateConfig& replicate : settings->config.replicates) {
    std::cout << describe(replicate, settings->config.inputs) << '\n';
  }
  if (receivers.empty()) return kExitOk;
  return try_receivers(settings->config, *settings->translation, receivers, options.files, std::cout) ? kExitFailed
                                                                                                      : kExitOk;
}

}  // namespace flowcef
