#include "flowcef/app/text_table.hpp"

#include <algorithm>
#include <cstddef>

namespace flowcef {
namespace {

bool begins_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

}  // namespace

void TextTable::print(std::ostream& out, std::string_view indent) const {
  std::vector<std::size_t> widths(columns_.size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string line;
  for (const auto& row : rows_) {
    line = indent;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width_of(row[i]), ' ');
      if (i != 0) line += "  ";
      if (columns_[i] == Align::right) line += padding;
      line += row[i];
      if (columns_[i] == Align::left) line += padding;
    }
    line.resize(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string cut_for_display(std::string_view text, std::size_t limit) {
  if (width_of(text) <= limit) return std::string(text);
  std::size_t end = 0;
  for (std::size_t characters = 0; end < text.size(); ++end) {
    if (begins_character(text[end]) && ++characters > limit - 3) break;
  }
  return std::string(text.substr(0, end)) + "...";
}

}  // namespace flowcef
