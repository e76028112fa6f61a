#include "log_value.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <optional>

#include "flowcef/decode/usual_length.hpp"

namespace flowcef {
namespace {

using Buffer = std::vector<std::uint8_t>;

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
constexpr std::uint64_t kNtpToUnixSeconds = 2'208'988'800;  // RFC 5905 section 6

template <class T>
std::optional<T> parse_number(std::string_view text) noexcept {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && at == end ? std::optional(value) : std::nullopt;
}

void append_number(std::uint64_t value, std::size_t length, Buffer& bytes) {
  for (std::size_t i = length; i-- > 0;) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

bool append_unsigned(std::string_view text, std::size_t length, Buffer& bytes) {
  const auto value = parse_number<std::uint64_t>(text);
  if (!value || (length < 8 && *value >> (8 * length) != 0)) return false;
  append_number(*value, length, bytes);
  return true;
}

bool append_signed(std::string_view text, std::size_t length, Buffer& bytes) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto value = parse_number<std::int64_t>(text);
  if (!value) return false;
  const std::int64_t limit = std::int64_t{1} << (8 * std::min<std::size_t>(length, 7) - 1);
  if (length < 8 && (*value < -limit || *value >= limit)) return false;
  append_number(static_cast<std::uint64_t>(*value), length, bytes);
  return true;
}

template <class Float, class Bits>
bool append_float(std::string_view text, Buffer& bytes) {
  const auto value = parse_number<Float>(text);
  if (!value || !std::isfinite(*value)) return false;
  append_number(std::bit_cast<Bits>(*value), sizeof(Bits), bytes);
  return true;
}

/// RFC 7011 section 6.1.5: 1 is true, 2 is false.
bool append_boolean(std::string_view text, Buffer& bytes) {
  constexpr std::array<std::string_view, 3> kTrue = {"true", "yes", "1"};
  constexpr std::array<std::string_view, 3> kFalse = {"false", "no", "0"};
  const auto is = [text](std::string_view word) {
    return std::ranges::equal(text, word, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; });
  };
  const bool yes = std::ranges::any_of(kTrue, is);
  if (!yes && std::ranges::none_of(kFalse, is)) return false;
  bytes.push_back(yes ? 1 : 2);
  return true;
}

bool append_address(int family, std::string_view text, std::size_t length, Buffer& bytes) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return false;
  std::memcpy(terminated.data(), text.data(), text.size());
  std::array<std::uint8_t, 16> address{};
  if (inet_pton(family, terminated.data(), address.data()) != 1) return false;
  bytes.insert(bytes.end(), address.begin(), address.begin() + static_cast<std::ptrdiff_t>(length));
  return true;
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// `00:1b:44:11:3a:b7`, `00-1B-44-11-3A-B7`, `001b.4411.3ab7` or `001b44113ab7`.
bool append_mac(std::string_view text, Buffer& bytes) {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  for (const char c : text) {
    if (const int digit = hex_digit(c); digit >= 0) {
      if (++digits > 12) return false;
      value = value << 4 | static_cast<unsigned>(digit);
      continue;
    }
    const std::size_t group = c == '.' ? 4 : c == ':' || c == '-' ? 2 : 0;
    if (group == 0 || digits == 0 || digits % group != 0) return false;
  }
  if (digits != 12) return false;
  append_number(value, 6, bytes);
  return true;
}

bool append_hex(std::string_view text, Buffer& bytes) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  if (text.empty() || text.size() % 2 != 0) return false;
  if (!std::ranges::all_of(text, [](char c) { return hex_digit(c) >= 0; })) return false;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(hex_digit(text[i]) << 4 | hex_digit(text[i + 1])));
  }
  return true;
}

/// RFC 7011 section 6.1.9: microseconds and nanoseconds are NTP timestamps. Rounded up, so that it reads as it was.
std::uint64_t ntp_of(std::uint64_t ns) noexcept {
  const std::uint64_t fraction = ((ns % kNsPerSecond << 32) + kNsPerSecond - 1) / kNsPerSecond;
  return ((ns / kNsPerSecond + kNtpToUnixSeconds) << 32) + fraction;
}

bool append_time(DataType type, std::string_view text, const LogClock& clock, Buffer& bytes) {
  const auto time = parse_log_time(text, clock);
  if (!time) return false;
  const auto ns = static_cast<std::uint64_t>(*time);
  if (type == DataType::date_time_milliseconds) {
    append_number(ns / 1'000'000, 8, bytes);
  } else if (type != DataType::date_time_seconds) {
    append_number(ntp_of(ns), 8, bytes);
  } else {
    const std::uint64_t seconds = ns / kNsPerSecond;
    if (seconds >> 32 != 0) return false;
    append_number(seconds, 4, bytes);
  }
  return true;
}

}  // namespace

bool has_log_form(DataType type) noexcept {
  return !is_list(type) && type != DataType::unsigned256;
}

bool append_log_value(DataType type, std::string_view text, const LogClock& clock, Buffer& bytes) {
  if (is_unsigned(type)) return append_unsigned(text, usual_length(type), bytes);
  if (is_signed(type)) return append_signed(text, usual_length(type), bytes);
  switch (type) {
    case DataType::string:
      bytes.insert(bytes.end(), text.begin(), text.end());
      return true;
    case DataType::octet_array:
      return append_hex(text, bytes);
    case DataType::ipv4_address:
      return append_address(AF_INET, text, 4, bytes);
    case DataType::ipv6_address:
      return append_address(AF_INET6, text, 16, bytes);
    case DataType::mac_address:
      return append_mac(text, bytes);
    case DataType::boolean:
      return append_boolean(text, bytes);
    case DataType::float32:
      return append_float<float, std::uint32_t>(text, bytes);
    case DataType::float64:
      return append_float<double, std::uint64_t>(text, bytes);
    case DataType::date_time_seconds:
    case DataType::date_time_milliseconds:
    case DataType::date_time_microseconds:
    case DataType::date_time_nanoseconds:
      return append_time(type, text, clock, bytes);
    default:
      return false;
  }
}

}  // namespace flowcef
