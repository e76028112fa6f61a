#include "flowcef/config/text_option.hpp"

#include <algorithm>
#include <string_view>

#include "flowcef/map/rendering_config.hpp"

namespace flowcef {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_account(std::string_view text) {
  return !text.empty() && text.size() <= 255 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != ':'; });
}

}  // namespace

bool is_header_host(std::string_view text) {
  return !text.empty() && text.size() <= kMaxHostName &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::optional<std::string> name_option(const ValueReader& value) {
  return value.text("1..63 letters, digits, - or _", is_name);
}

std::optional<IpPrefix> prefix_option(const ValueReader& value) {
  const auto text = value.text();
  if (!text) return std::nullopt;
  const auto prefix = IpPrefix::parse(*text);
  if (!prefix) value.refuse_as_not("a prefix such as \"10.0.0.0/8\", no bits set behind it, or an address");
  return prefix;
}

std::optional<std::string> host_option(const ValueReader& value) {
  return value.text("1..255 printable ASCII characters without blanks", is_header_host);
}

std::optional<std::string> account_option(const ValueReader& value) {
  return value.text("an account name", is_account);
}

}  // namespace flowcef
