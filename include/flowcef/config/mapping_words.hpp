// What the names and texts of a mapping file look like. Source of the limits: ArcSight CEF Implementation
// Standard, version 27, header fields.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "flowcef/config/quoted_text.hpp"

namespace flowcef {

/// Letters and digits, a letter first: a CEF key, or the prefix of generated keys. At most 255 characters.
[[nodiscard]] bool is_cef_key(std::string_view text);
/// 1 to 1023 letters, digits, `-`, `_` and `.`.
[[nodiscard]] bool is_signature(std::string_view text);
/// `sourceIPv4Address`, `9:232` or `210`.
[[nodiscard]] bool is_element(std::string_view text);
/// An element, `@name` or `@lookup(element).column`.
[[nodiscard]] bool is_key_source(std::string_view text);
/// `@lookup(element)`, with several elements perhaps.
[[nodiscard]] bool is_lookup_question(std::string_view text);
/// `@lookup(element).column`.
[[nodiscard]] bool is_lookup_column(std::string_view text);
/// Letters, digits, `-` and `_`, a letter first: the name of a value table.
[[nodiscard]] bool is_table_name(std::string_view text);

/// 1 to `Max` characters, none of them a control character.
template <std::size_t Max>
[[nodiscard]] bool is_header_text(std::string_view text) {
  return !text.empty() && is_printable(text) && count_characters(text) <= Max;
}

/// Returns: the letters and digits of vendor and product, from the first letter on; may be empty.
[[nodiscard]] std::string default_prefix(std::string_view vendor, std::string_view product);

}  // namespace flowcef
