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

std::optional<std::string> parse_fingerprint(std::string_view text) {
  static constexpr std::string_view kHash = "sha-256:";
  static constexpr std::size_t kBytes = 32;
  if (!text.starts_with(kHash)) return std::nullopt;
  text.remove_prefix(kHash.size());
  const bool colons = text.size() == 3 * kBytes - 1;
  if (!colons && text.size() != 2 * kBytes) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool between = colons && i % 3 == 2;
    const char c = text[i] >= 'A' && text[i] <= 'F' ? static_cast<char>(text[i] + 32) : text[i];
    if (between ? c != ':' : (c < '0' || c > '9') && (c < 'a' || c > 'f')) return std::nullopt;
    if (!between) digits += c;
  }
  return digits;
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

std::optional<std::string> fingerprint_option(const ValueReader& value) {
  const auto text = value.text();
  if (!text) return std::nullopt;
  auto digits = parse_fingerprint(*text);
  if (!digits) {
    value.refuse_as_not("sha-256: and 32 bytes in hex, such as \"sha-256:AA:BB:...\"",
                        "openssl x509 -noout -fingerprint -sha256 -in FILE shows those of a certificate");
  }
  return digits;
}

}  // namespace flowcef
