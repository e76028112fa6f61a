// Columns of text for people to read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flowcef {

enum class Align : std::uint8_t { left, right };

class TextTable {
 public:
  explicit TextTable(std::vector<Align> columns) : columns_(std::move(columns)) {}

  /// Input: a cell for each column.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
  /// Writes a line for each row, two blanks between columns, none at the end.
  void print(std::ostream& out, std::string_view indent = {}) const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Returns: the number with commas between thousands.
[[nodiscard]] std::string grouped(std::uint64_t number);

/// Returns: text of at most `limit` characters; what is longer ends in `...`.
/// Input:   UTF-8; a limit of 3 or more
[[nodiscard]] std::string cut_for_display(std::string_view text, std::size_t limit);

}  // namespace flowcef
