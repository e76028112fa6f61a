#include "flowcef/config/mapping_words.hpp"

#include <algorithm>

#include "flowcef/core/lookup_reference.hpp"

namespace flowcef {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alphanumeric(char c) {
  return is_letter(c) || is_digit(c);
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 10 && std::ranges::all_of(text, is_digit);
}

/// Vendors have names such as `_3gppULI`.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 255 && !is_digit(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '_'; });
}

}  // namespace

bool is_cef_key(std::string_view text) {
  return !text.empty() && text.size() <= 255 && is_letter(text.front()) && std::ranges::all_of(text, is_alphanumeric);
}

bool is_signature(std::string_view text) {
  return !text.empty() && text.size() <= 1023 &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_element(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return is_name(text) || is_number(text);
  return is_number(text.substr(0, colon)) && is_number(text.substr(colon + 1));
}

bool is_lookup_question(std::string_view text) {
  const auto reference = parse_lookup_reference(text);
  return reference && reference->column.empty() && std::ranges::all_of(reference->elements, is_element);
}

bool is_lookup_column(std::string_view text) {
  const auto reference = parse_lookup_reference(text);
  return reference && !reference->column.empty() && std::ranges::all_of(reference->elements, is_element);
}

bool is_key_source(std::string_view text) {
  if (is_lookup_reference(text)) return is_lookup_column(text);
  return text.starts_with('@') ? is_name(text.substr(1)) : is_element(text);
}

bool is_table_name(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
}

std::string default_prefix(std::string_view vendor, std::string_view product) {
  std::string prefix;
  for (const std::string_view part : {vendor, product}) {
    for (const char c : part) {
      if (is_letter(c) || (is_digit(c) && !prefix.empty())) prefix += c;
    }
  }
  return prefix;
}

}  // namespace flowcef
