#include <chrono>
#include <iostream>

#include "flowcef/app/commands.hpp"
#include "flowcef/app/error_report.hpp"
#include "flowcef/app/pattern_trial.hpp"
#include "flowcef/app/translation.hpp"
#include "flowcef/config/loader.hpp"

namespace flowcef {

int patterns_command(const PatternsOptions& options) {
  Config config;
  if (options.config.empty()) {
    config.mapping = find_default_mapping();
  } else if (auto loaded = load_config(options.config)) {
    config = *std::move(loaded);
  } else {
    print_errors(std::cerr, loaded.error());
    return kExitUsage;
  }
  const auto translation = load_pattern_translation(options.files, config.mapping, config.elements);
  if (!translation) {
    print_errors(std::cerr, translation.error());
    return kExitUsage;
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const LogClock clock{std::chrono::duration_cast<std::chrono::nanoseconds>(now).count(), false};
  return try_patterns(std::cin, std::cout, *(*translation)->patterns, clock) ? kExitOk : kExitFailed;
}

}  // namespace flowcef
