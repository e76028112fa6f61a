#include <iostream>

#include "flowcef/app/bridge_request.hpp"
#include "flowcef/app/commands.hpp"

namespace flowcef {

int reload_command(const ReloadOptions& options) {
  const auto answer = ask_bridge_of(options.config, "reload");
  if (!answer) return answer.error();
  if (!answer->done) {
    std::cerr << answer->text << "not reloaded, the bridge goes on as it was\n";
    return kExitUsage;
  }
  std::cout << answer->text;
  return kExitOk;
}

}  // namespace flowcef
