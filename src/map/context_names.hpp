// The values that mappings write with an @: what a key can be filled with that is no element of the record.
#pragma once

#include <span>
#include <string_view>

#include "flowcef/map/mapping.hpp"

namespace flowcef {

struct ContextName {
  std::string_view name;  ///< with its @
  ContextValue value;
  CefType type;
};

[[nodiscard]] std::span<const ContextName> context_names();
/// Returns: null if there is no value of that name.
[[nodiscard]] const ContextName* find_context_name(std::string_view name);

}  // namespace flowcef
