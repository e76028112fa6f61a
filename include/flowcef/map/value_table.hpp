// Named tables that turn a number into the text people know it by.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/decode/information_element.hpp"

namespace flowcef {

/// Longest text of a row, in characters.
inline constexpr std::size_t kMaxTableText = 255;

struct ValueRow {
  std::uint64_t number;
  std::string_view text;  ///< not yet escaped
};

/// The bits of a field's number that a table is about, such as DSCP's in the byte of the traffic class.
struct NumberPart {
  std::uint8_t shift = 0;  ///< bits below it
  std::uint8_t bits = 0;   ///< its width; 0: the whole number
};

struct ElementPart {
  std::uint16_t element;  ///< IANA's number, either direction; 0: any element
  NumberPart part;
};

/// What a table does beside showing the text of a number's row.
struct TableShape {
  bool bits = false;         ///< a row is one bit; a number's text names its bits, in the order of the rows
  std::string_view unknown;  ///< before a number that has no row; empty: such a number has no text
  std::span<const ElementPart> parts;
};

/// A table of numbers. Those up to 255, which most are, are found by index, others by halving; bits are tried in turn.
/// Lifetime: the shape's views must outlive it.
/// Thread:   any, once its rows are in.
class ValueTable {
 public:
  explicit ValueTable(std::string_view name, const TableShape& shape = {}) : name_(name), shape_(shape) {}

  /// Puts rows in, in place of those with the same number.
  /// Input: texts that leave something when they are escaped; of a table of bits, numbers with one bit set
  void add(std::span<const ValueRow> rows);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool of_bits() const noexcept { return shape_.bits; }
  [[nodiscard]] std::string_view unknown() const noexcept { return shape_.unknown; }
  /// In the order of their numbers; of a table of bits in that of their texts on a line. Texts are escaped.
  /// Lifetime: until rows are added.
  [[nodiscard]] std::vector<ValueRow> rows() const;
  /// Returns: a bound for what write() writes, in bytes.
  [[nodiscard]] std::size_t longest_text() const noexcept { return longest_text_; }
  [[nodiscard]] NumberPart part_of(ElementId element) const noexcept;

  /// Writes the number's text, escaped.
  /// Input:   room for longest_text() and kCopyBlock bytes, which may be overwritten
  /// Returns: the end of the text; `out` itself if the table has none for that number
  char* write(char* out, std::uint64_t number) const noexcept;

 private:
  /// A piece of texts_; of no length: there is none.
  struct Text {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
  };
  struct Row {
    std::uint64_t number;
    Text text;
  };

  Text keep(std::string_view text);
  void add_bit(const Row& row);
  void put_in_order();
  void measure();
  [[nodiscard]] Text find_large(std::uint64_t number) const noexcept;
  char* copy(char* out, const Text& text) const noexcept;
  char* write_bits(char* out, std::uint64_t number) const noexcept;
  char* write_other(char* out, std::uint64_t number) const noexcept;

  std::string name_;
  TableShape shape_;
  std::string texts_;              ///< padded at the end, as they are copied in whole blocks
  std::array<Text, 256> small_{};  ///< by number
  std::vector<Row> rows_;          ///< in the order of their numbers; of a table of bits all, in their own order
  std::size_t longest_text_ = 0;
};

/// The tables that every mapping can name.
[[nodiscard]] std::span<const ValueTable> value_tables();
/// Returns: null if there is no table of that name.
[[nodiscard]] const ValueTable* find_value_table(std::string_view name);

}  // namespace flowcef
