#include <chrono>
#include <iostream>

#include "flowcef/app/bridge_request.hpp"
#include "flowcef/app/commands.hpp"

namespace flowcef {
namespace {

/// Lookups and mappings of any size are read meanwhile; `/healthz` takes a bridge for ill after the same time.
constexpr std::chrono::seconds kReloadPatience(120);

}  // namespace

int reload_command(const ReloadOptions& options) {
  const auto answer = ask_bridge_of(options.config, "reload", kReloadPatience);
  if (!answer) return answer.error();
  if (!answer->done) {
    std::cerr << answer->text << "not reloaded, the bridge goes on as it was\n";
    return kExitUsage;
  }
  std::cout << answer->text;
  return kExitOk;
}

}  // namespace flowcef
