// Named tables that turn a number into the text people know it by.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace flowcef {

struct ValueText {
  std::uint32_t value;
  std::string_view text;  ///< letters, digits, blanks and hyphens only: needs no escaping
};

struct ValueTable {
  std::string_view name;
  std::span<const ValueText> rows;  ///< in order of value

  /// Returns: an empty text for a value that the table does not have.
  [[nodiscard]] std::string_view find(std::uint64_t value) const noexcept;
};

/// Longest text in any table.
inline constexpr std::size_t kMaxTableText = 48;

[[nodiscard]] std::span<const ValueTable> value_tables();
/// Returns: null if there is no table of that name.
[[nodiscard]] const ValueTable* find_value_table(std::string_view name);

}  // namespace flowcef
