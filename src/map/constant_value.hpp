// Constants of a mapping: whether a text is a value that a CEF key may have.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "flowcef/map/cef_dictionary.hpp"

namespace flowcef {

/// Input:   what the mapping says, not escaped; its key's row of the dictionary, null for a key of one's own. Times are
///          milliseconds since 1970. Numbers and addresses are to be written as this program writes them.
/// Returns: what was expected instead, if the text does not suit the key
[[nodiscard]] std::optional<std::string> expected_constant(std::string_view text, const CefKey* key);

}  // namespace flowcef
