#include "flowcef/app/bridge_request.hpp"

#include <iostream>

#include "flowcef/app/error_report.hpp"
#include "flowcef/app/options.hpp"
#include "flowcef/config/loader.hpp"

namespace flowcef {

std::expected<ControlAnswer, int> ask_bridge_of(const std::filesystem::path& config, const std::string& request,
                                                std::chrono::milliseconds patience) {
  // Only for state_dir: what else is wrong with the file, and those it names, is the bridge's to say.
  const LoadedConfig loaded = load_config_as_far_as_possible(config);
  if (loaded.config.state_dir.empty()) {
    print_errors(std::cerr, loaded.errors);
    return std::unexpected(kExitUsage);
  }
  auto answer = ask_bridge(loaded.config.state_dir, request, patience);
  if (answer) return *std::move(answer);
  print_errors(std::cerr, loaded.errors);
  std::cerr << answer.error() << '\n';
  return std::unexpected(loaded.errors.empty() ? kExitFailed : kExitUsage);
}

}  // namespace flowcef
