#include "value_parser.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "flowcef/core/ip_address.hpp"

namespace flowcef {
namespace {

using Value = std::vector<std::uint8_t>;

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool assign(Value& value, std::uint64_t number) {
  value.resize(8);
  for (std::size_t i = 8; i-- > 0; number >>= 8) value[i] = static_cast<std::uint8_t>(number);
  return true;
}

unsigned bits_of(DataType type) {
  switch (type) {
    case DataType::unsigned8:
    case DataType::signed8:
      return 8;
    case DataType::unsigned16:
    case DataType::signed16:
      return 16;
    case DataType::unsigned32:
    case DataType::signed32:
      return 32;
    default:
      return 64;
  }
}

bool parse_unsigned(DataType type, std::string_view text, Value& value) {
  const auto number = parse_number<std::uint64_t>(text);
  const unsigned bits = bits_of(type);
  return number && (bits == 64 || *number >> bits == 0) && assign(value, *number);
}

bool parse_signed(DataType type, std::string_view text, Value& value) {
  const auto number = parse_number<std::int64_t>(text);
  const std::int64_t largest = std::numeric_limits<std::int64_t>::max() >> (64 - bits_of(type));
  return number && *number <= largest && *number >= -largest - 1 && assign(value, static_cast<std::uint64_t>(*number));
}

bool parse_address(std::string_view text, Value& value) {
  const auto address = IpAddress::parse(text);
  if (!address) return false;
  if (address->is_v4()) {
    value.assign(address->ipv4_bytes(), address->ipv4_bytes() + 4);
  } else {
    value.assign(address->ipv6_bytes().begin(), address->ipv6_bytes().end());
  }
  return true;
}

/// Input: pairs of digits, between which the separator stands; 0: nothing does.
bool parse_hex(std::string_view text, char separator, Value& value) {
  value.clear();
  while (!text.empty()) {
    if (separator != 0 && !value.empty()) {
      if (text.front() != separator) return false;
      text.remove_prefix(1);
    }
    unsigned byte = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + std::min<std::size_t>(2, text.size()), byte, 16);
    if (error != std::errc() || end != text.data() + 2) return false;
    value.push_back(static_cast<std::uint8_t>(byte));
    text.remove_prefix(2);
  }
  return !value.empty();
}

bool parse_mac(std::string_view text, Value& value) {
  const char separator = text.size() > 2 ? text[2] : ':';
  return (separator == ':' || separator == '-') && parse_hex(text, separator, value) && value.size() == 6;
}

}  // namespace

bool parse_value(DataType type, std::string_view text, std::vector<std::uint8_t>& value) {
  if (is_list(type) || type == DataType::unsigned256) return false;
  if (is_unsigned(type)) return parse_unsigned(type, text, value);
  if (is_signed(type)) return parse_signed(type, text, value);
  switch (type) {
    case DataType::ipv4_address:
    case DataType::ipv6_address:
      return parse_address(text, value);
    case DataType::mac_address:
      return parse_mac(text, value);
    case DataType::octet_array:
      return parse_hex(text, 0, value);
    case DataType::boolean:
      value.assign(1, text == "true" ? 1 : 2);
      return text == "true" || text == "false";
    case DataType::float32:
    case DataType::float64: {
      const auto number = parse_number<double>(text);
      return number && std::isfinite(*number) && assign(value, std::bit_cast<std::uint64_t>(*number));
    }
    case DataType::string:
      value.assign(text.begin(), text.end());
      return !text.empty();
    default:
      return parse_unsigned(DataType::unsigned64, text, value);
  }
}

std::string_view form_of(DataType type) noexcept {
  switch (type) {
    case DataType::ipv4_address:
    case DataType::ipv6_address:
      return "an address";
    case DataType::mac_address:
      return "a MAC address";
    case DataType::octet_array:
      return "bytes in hex";
    case DataType::boolean:
      return "true or false";
    case DataType::string:
      return "a text";
    case DataType::float32:
    case DataType::float64:
      return "a number";
    case DataType::date_time_seconds:
    case DataType::date_time_milliseconds:
    case DataType::date_time_microseconds:
    case DataType::date_time_nanoseconds:
      return "milliseconds since 1970";
    default:
      return "a whole number that the element has room for";
  }
}

}  // namespace flowcef
