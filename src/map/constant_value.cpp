#include "constant_value.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "flowcef/core/ip_address.hpp"
#include "flowcef/map/cef_escape.hpp"
#include "mac_text.hpp"

namespace flowcef {
namespace {

template <class T>
bool is_number(std::string_view text, T low, T high) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= low && value <= high;
}

template <class T>
bool is_number(std::string_view text) {
  return is_number(text, std::numeric_limits<T>::lowest(), std::numeric_limits<T>::max());
}

bool is_ipv4(std::string_view text) {
  return text.find(':') == std::string_view::npos && IpAddress::parse(text);
}

bool is_ipv6(std::string_view text) {
  return text.find(':') != std::string_view::npos && IpAddress::parse(text);
}

}  // namespace

std::optional<std::string> expected_constant(std::string_view text, std::optional<CefType> type,
                                             std::uint16_t max_length) {
  const auto unless = [](bool fits, std::string_view expected) {
    return fits ? std::nullopt : std::optional<std::string>(expected);
  };
  if (escape_extension_value(text).empty()) return "a text";
  if (max_length != 0 && text.size() > max_length) return "at most " + std::to_string(max_length) + " bytes";
  switch (type.value_or(CefType::string)) {
    case CefType::string:
      break;
    case CefType::integer:
      return unless(is_number<std::int32_t>(text), "a 32-bit number");
    case CefType::long_integer:
      return unless(is_number<std::int64_t>(text), "a 64-bit number");
    case CefType::floating:
      return unless(is_number<double>(text), "a floating-point number");
    case CefType::ipv4:
      return unless(is_ipv4(text), "an IPv4 address");
    case CefType::ipv6:
      return unless(is_ipv6(text), "an IPv6 address");
    case CefType::ip:
      return unless(is_ipv4(text) || is_ipv6(text), "an IP address");
    case CefType::mac:
      return unless(parse_mac(text).has_value(), "a MAC address");
    case CefType::timestamp:
      return unless(is_number<std::int64_t>(text, 0, std::numeric_limits<std::int64_t>::max()),
                    "milliseconds since 1970");
  }
  return std::nullopt;
}

}  // namespace flowcef
