// Checks what inputs require of flows: needs the element registry, which the configuration's own checks lack.
#pragma once

#include "flowcef/config/config.hpp"
#include "flowcef/core/source_position.hpp"
#include "flowcef/decode/information_element.hpp"

namespace flowcef {

/// Returns: an error for each element in an input's `require` that no table has.
[[nodiscard]] ConfigErrors check_requirements(const Config& config, const ElementRegistry& registry);

}  // namespace flowcef
