#include "constant_value.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "flowcef/core/cef_escape.hpp"
#include "flowcef/core/ip_address.hpp"
#include "mac_text.hpp"

namespace flowcef {
namespace {

/// As this program writes it: some readers take a zero in front for octal digits.
bool is_integer(std::string_view text, std::int64_t smallest, std::int64_t largest) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && value >= smallest && value <= largest && std::to_string(value) == text;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Digits on both sides of a point, no zero in front of others, no infinity.
bool is_real(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return false;
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos && (point + 1 == text.size() || !is_digit(text[point + 1]))) return false;
  return is_digit(text[0]) && (text[0] != '0' || text.size() == 1 || !is_digit(text[1]));
}

/// As this program writes it.
bool is_address(std::string_view text, bool ipv4) {
  const auto address = IpAddress::parse(text);
  return address && address->is_v4() == ipv4 && address->to_string() == text;
}

bool is_ipv4(std::string_view text) {
  return is_address(text, true);
}

bool is_ipv6(std::string_view text) {
  return is_address(text, false);
}

}  // namespace

std::optional<std::string> expected_constant(std::string_view text, const CefKey* key) {
  const auto unless = [](bool fits, std::string_view expected) {
    return fits ? std::nullopt : std::optional<std::string>(expected);
  };
  if (escape_extension_value(text).empty()) return "a text";
  if (key == nullptr) return std::nullopt;
  if (key->max_length != 0 && text.size() > key->max_length) {
    return "at most " + std::to_string(key->max_length) + " bytes";
  }
  switch (key->type) {
    case CefType::string:
      break;
    case CefType::integer:
    case CefType::long_integer: {
      const auto [smallest, largest] = range_of(key->key, key->type);
      const bool bounded = smallest >= 0;
      return unless(is_integer(text, smallest, largest),
                    bounded ? "a number 0.." + std::to_string(largest) : "a 64-bit number");
    }
    case CefType::floating:
      return unless(is_real(text), "a floating-point number");
    case CefType::ipv4:
      return unless(is_ipv4(text), "an IPv4 address");
    case CefType::ipv6:
      return unless(is_ipv6(text), "an IPv6 address");
    case CefType::ip:
      return unless(is_ipv4(text) || is_ipv6(text), "an IP address");
    case CefType::mac:
      return unless(parse_mac(text).has_value(), "a MAC address");
    case CefType::timestamp:
      return unless(is_integer(text, 0, std::numeric_limits<std::int64_t>::max()), "milliseconds since 1970");
  }
  return std::nullopt;
}

}  // namespace flowcef
