// Rows of a CSV text, with the places that errors name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/core/source_position.hpp"

namespace flowcef {

struct CsvCell {
  std::string text;
  std::uint32_t line = 0;
  std::uint32_t column = 0;  ///< of its first character, in bytes from 1
};

/// Cells may stand in quotes, a quote in them twice; lines end in LF or CR LF. Blank lines, and lines that begin with
/// `#`, are passed over; a byte order mark too. The first row says what separates cells: a comma, or else a semicolon
/// or TAB.
/// Source:   RFC 4180
/// Lifetime: views the text and the errors.
class CsvReader {
 public:
  static constexpr std::size_t kMaxRowBytes = std::size_t{64} << 10;
  static constexpr std::size_t kMaxErrors = 100;  ///< behind as many it stops

  /// Errors: appended; a row that has one is passed over.
  CsvReader(std::string file, std::string_view text, ConfigErrors& errors);

  /// Returns: false at the end.
  [[nodiscard]] bool next(std::vector<CsvCell>& row);
  [[nodiscard]] SourcePosition at(const CsvCell& cell) const { return {file_, cell.line, cell.column}; }

 private:
  [[nodiscard]] bool is_at_line_end() const noexcept;
  void skip_line();
  void skip_line_end();
  void find_separator();
  /// Each returns false after an error.
  [[nodiscard]] bool read_row(std::vector<CsvCell>& row);
  [[nodiscard]] bool read_cell(CsvCell& cell);
  [[nodiscard]] bool read_quoted(CsvCell& cell);
  bool refuse(const CsvCell& cell, std::string problem, std::string hint);

  std::string file_;
  std::string_view text_;
  ConfigErrors& errors_;
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;
  std::uint32_t line_ = 1;
  char separator_ = 0;  ///< 0: not known yet
};

}  // namespace flowcef
