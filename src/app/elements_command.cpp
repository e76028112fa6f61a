#include <iostream>

#include "flowcef/app/commands.hpp"

namespace flowcef {

int elements_command(const ElementsOptions&) {
  std::cerr << "elements: not there yet\n";
  return kExitFailed;
}

}  // namespace flowcef
