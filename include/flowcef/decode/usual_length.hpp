// How long values of a type are as exporters mostly send them.
#pragma once

#include <cstdint>

#include "flowcef/decode/information_element.hpp"

namespace flowcef {

/// Returns: the length in bytes without reduced-size encoding; kVariableLength for texts, bytes and lists.
/// Source:  RFC 7011 section 6.1
[[nodiscard]] std::uint16_t usual_length(DataType type) noexcept;

}  // namespace flowcef
