#include <algorithm>
#include <iostream>
#include <iterator>

#include "flowcef/app/bridge_settings.hpp"
#include "flowcef/app/commands.hpp"
#include "flowcef/app/error_report.hpp"
#include "flowcef/app/receiver_check.hpp"
#include "flowcef/app/reload_rights.hpp"
#include "flowcef/app/spool_folders.hpp"
#include "flowcef/config/replicate_loader.hpp"

namespace flowcef {

namespace {

/// Returns: what the user that the bridge becomes may not do, though it has to.
ConfigErrors check_rights(const BridgeSettings& settings, const std::filesystem::path& file) {
  ConfigErrors errors = check_spool_folders(settings.config, settings.account, file);
  if (!settings.account) return errors;
  std::ranges::move(check_state_folders(settings.config, settings.account, file), std::back_inserter(errors));
  std::ranges::move(check_reload_rights(*settings.account, file), std::back_inserter(errors));
  return errors;
}

}  // namespace

int check_command(const CheckOptions& options) {
  const auto settings = load_bridge_settings(options.config);
  const ConfigErrors errors = settings ? check_rights(*settings, options.config) : settings.error();
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
  for (const ReplicateConfig& replicate : settings->config.replicates) {
    std::cout << describe(replicate, settings->config.inputs) << '\n';
  }
  if (receivers.empty()) return kExitOk;
  return try_receivers(settings->config, *settings->translation, receivers, options.files, std::cout) ? kExitFailed
                                                                                                      : kExitOk;
}

}  // namespace flowcef
