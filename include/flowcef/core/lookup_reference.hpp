// What mappings ask of a lookup, as they write it: `@web(sourceIPv4Address).userName`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flowcef {

inline constexpr std::size_t kMaxLookupElements = 4;

/// Lifetime: views the text.
struct LookupReference {
  std::string_view lookup;
  std::vector<std::string_view> elements;  ///< whose values it is asked by, 1 to kMaxLookupElements
  std::string_view column;                 ///< empty: whether there is an entry

  /// Returns: without the column, one blank behind each comma.
  [[nodiscard]] std::string question() const;
};

/// Returns: whether the text is neither an element nor another `@name`.
[[nodiscard]] bool is_lookup_reference(std::string_view text) noexcept;
/// Returns: nothing if it is not written so. Elements are taken as they come, for the caller to look up.
[[nodiscard]] std::optional<LookupReference> parse_lookup_reference(std::string_view text);

/// Letters, digits, `_` and `-`, a letter first, at most 63.
[[nodiscard]] bool is_lookup_name(std::string_view text) noexcept;

}  // namespace flowcef
