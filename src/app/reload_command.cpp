#include <iostream>

#include "flowcef/app/commands.hpp"
#include "flowcef/app/control_socket.hpp"
#include "flowcef/app/error_report.hpp"
#include "flowcef/config/loader.hpp"

namespace flowcef {

int reload_command(const ReloadOptions& options) {
  // Only for state_dir: what else is wrong with the file, and those it names, is the bridge's to say.
  const LoadedConfig loaded = load_config_as_far_as_possible(options.config);
  if (loaded.config.state_dir.empty()) {
    print_errors(std::cerr, loaded.errors);
    return kExitUsage;
  }
  const auto result = request_reload(loaded.config.state_dir);
  if (!result) {
    print_errors(std::cerr, loaded.errors);
    std::cerr << result.error() << "\nIs it running, as this user, with this state_dir?\n";
    return loaded.errors.empty() ? kExitFailed : kExitUsage;
  }
  if (!result->done) {
    std::cerr << result->text << "not reloaded, the bridge goes on as it was\n";
    return kExitUsage;
  }
  std::cout << result->text;
  return kExitOk;
}

}  // namespace flowcef
