// A value out of a text, in the form that records have.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "flowcef/decode/information_element.hpp"

namespace flowcef {

/// Input:   as a line shows it; times as milliseconds since 1970
/// Returns: whether the text is a value of that type; its bytes, big-endian, in `value`
[[nodiscard]] bool parse_value(DataType type, std::string_view text, std::vector<std::uint8_t>& value);

/// Returns: what texts of the type have to be, in words.
[[nodiscard]] std::string_view form_of(DataType type) noexcept;

}  // namespace flowcef
