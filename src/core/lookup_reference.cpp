#include "flowcef/core/lookup_reference.hpp"

#include <algorithm>

namespace flowcef {
namespace {

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

bool is_printable(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

std::string LookupReference::question() const {
  std::string text = '@' + std::string(lookup) + '(';
  for (const std::string_view element : elements) {
    if (text.back() != '(') text += ", ";
    text += element;
  }
  return text + ')';
}

bool is_lookup_reference(std::string_view text) noexcept {
  return text.starts_with('@') && text.find('(') != std::string_view::npos;
}

bool is_lookup_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 63 && is_letter(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::optional<LookupReference> parse_lookup_reference(std::string_view text) {
  const std::size_t open = text.find('(');
  const std::size_t close = text.find(')');
  if (!text.starts_with('@') || open == std::string_view::npos || close == std::string_view::npos || close < open ||
      !is_printable(text)) {
    return std::nullopt;
  }
  LookupReference reference;
  reference.lookup = text.substr(1, open - 1);
  if (!is_lookup_name(reference.lookup)) return std::nullopt;
  std::string_view elements = text.substr(open + 1, close - open - 1);
  for (std::size_t comma = 0; comma != std::string_view::npos; elements.remove_prefix(comma + 1)) {
    comma = elements.find(',');
    const std::string_view element = trimmed(elements.substr(0, comma));
    if (element.empty() || reference.elements.size() == kMaxLookupElements) return std::nullopt;
    reference.elements.push_back(element);
    if (comma == std::string_view::npos) break;
  }
  const std::string_view rest = text.substr(close + 1);
  if (rest.empty()) return reference;
  if (rest.size() < 2 || rest.front() != '.') return std::nullopt;
  reference.column = rest.substr(1);
  return reference;
}

}  // namespace flowcef
