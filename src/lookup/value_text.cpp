#include "value_text.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include "flowcef/core/decimal.hpp"
#include "flowcef/core/ip_address.hpp"

namespace flowcef {
namespace {

constexpr std::int64_t kNtpToUnixSeconds = 2'208'988'800;  // RFC 5905 section 6
constexpr std::int64_t kNtpEra = std::int64_t{1} << 32;

void assign_hex(std::string& text, Bytes value, bool with_colons = false) {
  static constexpr char kDigits[] = "0123456789abcdef";
  text.clear();
  for (const std::uint8_t byte : value) {
    if (with_colons && !text.empty()) text += ':';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
}

template <class Number>
void assign_number(std::string& text, Number number) {
  std::array<char, 32> digits;
  text.assign(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

std::int64_t load_signed(Bytes value) {
  const auto shift = static_cast<unsigned>(64 - 8 * value.size());
  return static_cast<std::int64_t>(load_be(value.data(), value.size()) << shift) >> shift;
}

/// Input: seconds since 1900 and a fraction of 2^32, in 8 bytes.
std::int64_t ntp_to_ms(Bytes value) {
  const auto seconds = static_cast<std::int64_t>(load_be<std::uint32_t>(value.data()));
  const std::uint64_t fraction = load_be<std::uint32_t>(value.data() + 4);
  const std::int64_t since_1970 = seconds - kNtpToUnixSeconds + (seconds < 0x8000'0000 ? kNtpEra : 0);
  return since_1970 * 1000 + static_cast<std::int64_t>((fraction * 1000) >> 32);
}

}  // namespace

void assign_text(std::string& text, DataType type, Bytes value) {
  text.clear();
  if (is_signed(type) || is_unsigned(type)) {
    while (value.size() > 8 && value.front() == 0) value = value.subspan(1);
    if (value.size() > 8) return;  // no line shows it as a number
  }
  const std::size_t size = value.size();
  if (size == 0) return;
  switch (type) {
    case DataType::string:
      text.assign(value.begin(), std::ranges::find(value, 0));
      return;
    case DataType::ipv4_address:
    case DataType::ipv6_address:
      if (size != 4 && size != 16) return assign_hex(text, value);
      text = (size == 4 ? IpAddress::from_ipv4(value.data()) : IpAddress::from_ipv6(value.data())).to_string();
      return;
    case DataType::mac_address:
      return assign_hex(text, value, true);
    case DataType::boolean:
      text = value[0] == 1 ? "true" : value[0] == 2 ? "false" : std::to_string(value[0]);
      return;
    case DataType::float32:
    case DataType::float64:
      if (size == 4) return assign_number(text, std::bit_cast<float>(load_be<std::uint32_t>(value.data())));
      if (size == 8) return assign_number(text, std::bit_cast<double>(load_be<std::uint64_t>(value.data())));
      return assign_hex(text, value);
    case DataType::date_time_microseconds:
    case DataType::date_time_nanoseconds:
      return size == 8 ? assign_number(text, ntp_to_ms(value)) : assign_hex(text, value);
    case DataType::date_time_seconds:
      if (size > 4) return assign_hex(text, value);
      return assign_number(text, load_be(value.data(), size) * 1000);
    case DataType::date_time_milliseconds:
      break;
    default:
      if (size <= 8 && is_signed(type)) return assign_number(text, load_signed(value));
      if (!is_unsigned(type)) return assign_hex(text, value);
  }
  if (size > 8) return assign_hex(text, value);
  assign_number(text, load_be(value.data(), size));
}

}  // namespace flowcef
