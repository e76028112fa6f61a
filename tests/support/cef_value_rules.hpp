// What the standard says about single keys: which there are, of what type and length, and which go together.
// A list of its own, read from the standard, so that a slip in the program's dictionary shows.
#pragma once

#include <string_view>

namespace flowcef::test {

/// Input:   a key without its `Label`; a value without escapes
///          dictionary: 0 for the types of CEF 0.1, 1 for those of 1.x
/// Returns: what the standard has against this pair, or an empty text. A key of nobody's is a custom key: any value.
[[nodiscard]] std::string_view find_fault(std::string_view key, std::string_view value, unsigned dictionary);

/// Returns: whether the key is a slot such as `cs1` that means nothing without its label.
[[nodiscard]] bool is_label_slot(std::string_view key);

/// Returns: whether the name is one of the dictionary, of any version and role.
[[nodiscard]] bool is_dictionary_key(std::string_view key);

/// Returns: how many code points a text has that is well-formed UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view text);

}  // namespace flowcef::test
