// What follows from one condition for another: which rules can never match.
#pragma once

#include <cstdint>
#include <optional>

#include "flowcef/map/mapping.hpp"

namespace flowcef {

/// What values of an element are compared as.
enum class TestForm : std::uint8_t {
  none,    ///< not at all
  number,  ///< signed ones and times too, as far as they are not negative
  boolean,
  ipv4,
  ipv6,
  mac,
  text,
};

[[nodiscard]] TestForm test_form(DataType type) noexcept;

/// Returns: whether every record that fulfils `a` fulfils `b`; false where that cannot be told.
[[nodiscard]] bool implies(const Condition& a, const Condition& b);

/// Two conditions that a record would have to fulfil at once, and cannot.
struct Contradiction {
  const Condition* first;
  const Condition* second;
};

/// Lifetime: the result points into the condition.
/// Returns:  nothing if there is none, or none that two conditions alone make.
[[nodiscard]] std::optional<Contradiction> find_contradiction(const Condition& condition);

}  // namespace flowcef
