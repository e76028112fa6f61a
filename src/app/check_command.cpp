#include <iostream>

#include "flowcef/app/commands.hpp"
#include "flowcef/app/error_report.hpp"
#include "flowcef/app/privileges.hpp"
#include "flowcef/app/receiver_check.hpp"
#include "flowcef/app/translation.hpp"
#include "flowcef/config/loader.hpp"
#include "flowcef/sink/output.hpp"

namespace flowcef {

int check_command(const CheckOptions& options) {
  const auto config = load_config(options.config);
  if (!config) {
    print_errors(std::cerr, config.error());
    return kExitUsage;
  }
  bool good = true;
  const auto translation = load_bridge_translation(*config);
  if (!translation) {
    print_errors(std::cerr, translation.error());
    good = false;
  }
  if (const auto account = find_account(*config, options.config); !account) {
    print_errors(std::cerr, {account.error()});
    good = false;
  }
  const LogFactory logs(spdlog::level::off);
  for (const OutputConfig& output : config->outputs) {
    if (output.sink.transport != Transport::tls) continue;
    try {
      static_cast<void>(make_output(output.sink, logs.make("sink")));
    } catch (const std::exception& error) {
      std::cerr << options.config.string() << ": " << error.what() << '\n';
      good = false;
    }
  }
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
  return try_receivers(*config, **translation, receivers, options.files, std::cout) ? kExitFailed : kExitOk;
}

}  // namespace flowcef
