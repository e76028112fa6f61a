#include "flowcef/config/quoted_text.hpp"

#include <algorithm>
#include <cstdint>

namespace flowcef {
namespace {

struct Character {
  std::size_t length = 1;  ///< in bytes
  bool printable = false;
};

bool is_continuation(char c) {
  return (static_cast<std::uint8_t>(c) & 0xc0U) == 0x80U;
}

/// Input: text that is not empty. Finds the first character; C1 controls are the two bytes C2 80 to C2 9F.
Character first_character(std::string_view text) {
  const auto lead = static_cast<std::uint8_t>(text.front());
  if (lead < 0x80) return {1, lead >= 0x20 && lead != 0x7f};
  const std::size_t length = lead >= 0xf5 ? 0 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length == 0 || text.size() < length) return {};
  if (!std::ranges::all_of(text.substr(1, length - 1), is_continuation)) return {};
  return {length, lead != 0xc2 || static_cast<std::uint8_t>(text[1]) >= 0xa0};
}

void append_escaped(std::string& out, std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    out += "\\x";
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
}

}  // namespace

std::string shortened(std::string_view text, std::size_t max_characters) {
  std::string out;
  for (std::size_t written = 0; !text.empty(); ++written) {
    if (written == max_characters) return out + "...";
    const auto [length, printable] = first_character(text);
    if (printable) {
      out += text.substr(0, length);
    } else {
      append_escaped(out, text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string in_quotes(std::string_view text) {
  return '"' + shortened(text) + '"';
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(first_character(text).length);
  return count;
}

bool is_printable(std::string_view text) {
  while (!text.empty()) {
    const auto [length, printable] = first_character(text);
    if (!printable) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace flowcef
