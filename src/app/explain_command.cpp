#include <iostream>

#include "flowcef/app/commands.hpp"

namespace flowcef {

int explain_command(const ExplainOptions&) {
  std::cerr << "explain: not there yet\n";
  return kExitFailed;
}

}  // namespace flowcef
