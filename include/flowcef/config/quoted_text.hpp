// Text from a user's file made fit for an error message: short, on one line, and without control characters.
#pragma once

#include <string>
#include <string_view>

namespace flowcef {

/// Returns: `text` in double quotes, cut after 60 characters (then `...` follows), control characters and
/// bytes
///          that are not UTF-8 as `\x1b`.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// Returns: the same without the quotes.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t max_characters = 60);

/// Returns: the number of characters of UTF-8 text; a byte that is not UTF-8 counts as one.
[[nodiscard]] std::size_t count_characters(std::string_view text);

/// Returns: whether `text` holds no control characters (C0, DEL, C1).
[[nodiscard]] bool is_printable(std::string_view text);

}  // namespace flowcef
