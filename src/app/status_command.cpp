#include <iostream>

#include "flowcef/app/bridge_request.hpp"
#include "flowcef/app/commands.hpp"

namespace flowcef {

int status_command(const StatusOptions& options) {
  const auto answer = ask_bridge_of(options.config, "status");
  if (!answer) return answer.error();
  std::cout << answer->text;
  return kExitOk;
}

}  // namespace flowcef
