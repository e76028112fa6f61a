#include <iostream>

#include "flowcef/app/commands.hpp"

namespace flowcef {

int diff_command(const DiffOptions&) {
  std::cerr << "diff: not there yet\n";
  return kExitFailed;
}

}  // namespace flowcef
