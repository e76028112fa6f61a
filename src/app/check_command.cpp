#include <iostream>

#include "flowcef/app/bridge_settings.hpp"
#include "flowcef/app/commands.hpp"
#include "flowcef/app/error_report.hpp"
#include "flowcef/app/receiver_check.hpp"
#include "flowcef/app/spool_folders.hpp"

namespace flowcef {

int check_command(const CheckOptions& options) {
  const auto settings = load_bridge_settings(options.config);
  const ConfigErrors errors =
      settings ? check_spool_folders(settings->config, settings->account, options.config) : settings.error();
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
  if (receivers.empty()) return kExitOk;
  return try_receivers(settings->config, *settings->translation, receivers, options.files, std::cout) ? kExitFailed
                                                                                                      : kExitOk;
}

}  // namespace flowcef
