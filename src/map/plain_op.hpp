// Which instruction writes a value as it stands.
#pragma once

#include <cstdint>

#include "flowcef/map/program.hpp"

namespace flowcef {

/// Input:   the element, null if no table has it; its length in bytes, or kVariableLength
/// Returns: by its type; `hex` where the length does not suit that
[[nodiscard]] Op plain_op(const InformationElement* element, std::uint16_t length) noexcept;

}  // namespace flowcef
