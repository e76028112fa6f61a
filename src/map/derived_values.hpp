// Finds out by which elements a template states what the bridge works out: ICMP type and code, sampling, names.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "flowcef/map/program.hpp"

namespace flowcef {

/// Returns: in order of preference; a template may carry several, with one in use.
[[nodiscard]] std::vector<IcmpSource> find_icmp(const Template& layout);

/// What the record or export header states goes before what options data says of its sampler.
[[nodiscard]] SamplingSource find_sampling(const Template& layout);

/// A name that options data or the configuration may have given to a number in flow records.
struct NameRule {
  ContextValue value;
  OptionsTable table;
  std::array<std::uint16_t, 2> elements;  ///< IANA's, in order of preference; 0: none
  std::string_view key;                   ///< behind the prefix; empty: sent only where a mapping names it
  std::uint16_t unless = 0;               ///< element that states the name itself
  std::string_view element = {};          ///< one by name, behind those
};

[[nodiscard]] std::span<const NameRule> name_rules();
/// Returns: where the numbers stand; empty if the template has none.
[[nodiscard]] std::vector<Operand> find_numbers(const Template& layout, const NameRule& rule);

}  // namespace flowcef
