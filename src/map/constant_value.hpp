// Constants of a mapping: whether a text is a value that a CEF key may have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "flowcef/map/cef_dictionary.hpp"

namespace flowcef {

/// Input:   what the mapping says, not escaped; the key's type, nothing for a key of one's own; its longest text in
///          bytes, 0: unlimited. Times are milliseconds since 1970.
/// Returns: what was expected instead, if the text does not suit the key
[[nodiscard]] std::optional<std::string> expected_constant(std::string_view text, std::optional<CefType> type,
                                                           std::uint16_t max_length);

}  // namespace flowcef
