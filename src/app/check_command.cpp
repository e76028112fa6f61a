#include <iostream>

#include "flowcef/app/commands.hpp"
#include "flowcef/app/error_report.hpp"
#include "flowcef/app/privileges.hpp"
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
  if (const auto translation = load_bridge_translation(*config); !translation) {
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
  if (!good) return kExitUsage;
  std::cout << options.config.string() << ": good\n";
  return kExitOk;
}

}  // namespace flowcef
