// Named tables that turn a number into the text people know it by.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace flowcef {

/// Longest text in any table.
inline constexpr std::size_t kMaxTableText = 48;

/// Letters, digits, blanks and hyphens only, so that nothing needs escaping; padded for copying in one block.
struct ValueText {
  std::uint16_t value = 0;
  std::uint8_t length = 0;
  std::array<char, kMaxTableText> text{};

  [[nodiscard]] std::string_view view() const noexcept { return {text.data(), length}; }
};

struct ValueRow {
  std::uint16_t value;
  std::string_view text;
};

/// A table of values up to 65535; those up to 255, which nearly all are, are found by index.
class ValueTable {
 public:
  ValueTable(std::string_view name, std::span<const ValueRow> rows);

  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] std::span<const ValueText> texts() const noexcept { return texts_; }
  /// Returns: null for a value that the table does not have.
  [[nodiscard]] const ValueText* find(std::uint64_t value) const noexcept {
    if (value >= by_value_.size()) return find_large(value);
    return by_value_[value] != 0 ? &texts_[by_value_[value] - 1U] : nullptr;
  }

 private:
  [[nodiscard]] const ValueText* find_large(std::uint64_t value) const noexcept;

  std::string_view name_;
  std::vector<ValueText> texts_;
  std::array<std::uint8_t, 256> by_value_{};  ///< index into texts_, from 1; 0: none
};

[[nodiscard]] std::span<const ValueTable> value_tables();
/// Returns: null if there is no table of that name.
[[nodiscard]] const ValueTable* find_value_table(std::string_view name);

}  // namespace flowcef
