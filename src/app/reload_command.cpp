#include <iostream>

#include "flowcef/app/commands.hpp"

namespace flowcef {

int reload_command(const ReloadOptions&) {
  std::cerr << "reload: not there yet\n";
  return kExitFailed;
}

}  // namespace flowcef
