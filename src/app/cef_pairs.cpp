#include "flowcef/app/cef_pairs.hpp"

#include <cstddef>

namespace flowcef {
namespace {

/// Returns: whether an odd number of backslashes stands before the place, none of them before `from`.
bool is_escaped(std::string_view text, std::size_t from, std::size_t place) noexcept {
  std::size_t backslashes = 0;
  while (place - backslashes > from && text[place - backslashes - 1] == '\\') ++backslashes;
  return backslashes % 2 != 0;
}

/// Returns: where the next `wanted` stands that is not escaped; npos if there is none.
std::size_t find_bare(std::string_view text, char wanted, std::size_t from) noexcept {
  std::size_t place = text.find(wanted, from);
  while (place != std::string_view::npos && is_escaped(text, from, place)) place = text.find(wanted, place + 1);
  return place;
}

}  // namespace

bool split_cef(std::string_view line, CefLine& parts) noexcept {
  if (!line.starts_with("CEF:")) return false;
  line.remove_prefix(4);
  for (std::string_view& field : parts.header) {
    const std::size_t end = find_bare(line, '|', 0);
    if (end == std::string_view::npos) return false;
    field = line.substr(0, end);
    line.remove_prefix(end + 1);
  }
  parts.extension = line;
  return true;
}

bool next_pair(std::string_view& extension, CefPair& pair) noexcept {
  const std::size_t equals = find_bare(extension, '=', 0);
  if (equals == std::string_view::npos) return false;
  pair.key = extension.substr(0, equals);
  extension.remove_prefix(equals + 1);
  const std::size_t next = find_bare(extension, '=', 0);
  const std::size_t blank = next == std::string_view::npos ? next : extension.substr(0, next).rfind(' ');
  pair.value = extension.substr(0, blank);
  extension.remove_prefix(blank == std::string_view::npos ? extension.size() : blank + 1);
  return true;
}

}  // namespace flowcef
