#include <iostream>

#include "flowcef/app/commands.hpp"
#include "flowcef/app/listings.hpp"

namespace flowcef {

int tables_command(const TablesOptions& options) {
  const auto translation = load_listed(options.config, options.mapping);
  if (!translation) return kExitUsage;
  return list_tables(std::cout, std::cerr, *translation, options.name) ? kExitOk : kExitFailed;
}

}  // namespace flowcef
