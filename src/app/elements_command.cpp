#include <iostream>

#include "flowcef/app/commands.hpp"
#include "flowcef/app/listings.hpp"

namespace flowcef {

int elements_command(const ElementsOptions& options) {
  const auto translation = load_listed(options.config, options.mapping);
  if (!translation) return kExitUsage;
  return list_elements(std::cout, std::cerr, *translation, options.pattern) ? kExitOk : kExitFailed;
}

}  // namespace flowcef
