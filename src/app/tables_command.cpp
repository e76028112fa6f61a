#include <iostream>

#include "flowcef/app/commands.hpp"

namespace flowcef {

int tables_command(const TablesOptions&) {
  std::cerr << "tables: not there yet\n";
  return kExitFailed;
}

}  // namespace flowcef
