// What the strict reader must know of a mapping to judge its lines.
#pragma once

#include <algorithm>
#include <string_view>

#include "flowcef/map/mapping_spec.hpp"
#include "fuzz/fuzz_support.hpp"
#include "support/cef_reader.hpp"

namespace flowcef::test {

[[nodiscard]] inline CefRules rules_of(const MappingSpec& spec) {
  CefRules rules;
  rules.dictionary = spec.dictionary;
  rules.empty_values = std::ranges::find(spec.keys, Omit::never, &KeySpec::omit) != spec.keys.end();
  return rules;
}

/// Ends the process unless the strict reader takes the line.
inline void check_cef(std::string_view line, const CefRules& rules) {
  const auto event = read_cef(line, rules);
  if (event) return;
  (void)std::fprintf(stderr, "%s\n", event.error().c_str());
  require(false, "every line is CEF");
}

}  // namespace flowcef::test
