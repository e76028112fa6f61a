#include "receiver_types.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include "flowcef/core/ip_address.hpp"

namespace flowcef {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// A sign, then decimal digits, or `0x`, `0b`, `0o` or `0` and those of that base.
bool is_integer(std::string_view text, int bits) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text.front() == '0') {
    const char mark = static_cast<char>(text[1] | 0x20);
    base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    text.remove_prefix(base != 8 || mark == 'o' ? 2 : 1);
  }
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number, base);
  const std::uint64_t limit = std::uint64_t{1} << (bits - 1);
  return error == std::errc{} && at == end && !text.empty() && number < limit + (negative ? 1 : 0);
}

/// What is too small to be told from 0 is 0.
bool is_real(const std::string& text, double largest) {
  if (text.empty() || text.front() == ' ') return false;
  char* end = nullptr;
  errno = 0;
  const double number = std::strtod(text.c_str(), &end);
  const bool is_too_large = std::isinf(number) ? errno == ERANGE : std::abs(number) > largest;
  return end == text.c_str() + text.size() && !is_too_large;
}

/// Six or eight bytes: `xx:xx:...`, `xx-xx-...`, `xxxx.xxxx...`, or digits alone.
bool is_mac(std::string_view text) {
  const auto digits = static_cast<std::size_t>(std::ranges::count_if(text, is_hex_digit));
  if (digits != 12 && digits != 16) return false;
  if (text.size() == digits) return true;
  const char mark = text.size() > 4 && text[4] == '.' ? '.' : text[2];
  if (mark != ':' && mark != '-' && mark != '.') return false;
  const std::size_t group = mark == '.' ? 4 : 2;
  if (text.size() != digits + digits / group - 1) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (((i + 1) % (group + 1) == 0) != (text[i] == mark)) return false;
  }
  return true;
}

/// Takes what fits a pattern off the front: `0` a digit, any other character itself.
bool take(std::string_view& text, std::string_view pattern) {
  if (text.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = text[i];
    if (pattern[i] == '0' ? !is_digit(c) : c != pattern[i]) return false;
  }
  text.remove_prefix(pattern.size());
  return true;
}

bool is_zone(std::string_view text) {
  if (text == "Z") return true;
  if (text.starts_with("GMT") && text.size() > 3) text.remove_prefix(3);
  if (text.starts_with('+') || text.starts_with('-')) {
    text.remove_prefix(1);
    std::string_view rest = text;
    if (take(rest, "00:00") && rest.empty()) return true;
    rest = text;
    if (take(rest, "0000") && rest.empty()) return true;
    rest = text;
    return take(rest, "00") && rest.empty();
  }
  return text.size() >= 3 && text.size() <= 5 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// Takes two digits, or one if that is enough, off the front.
std::optional<int> take_number(std::string_view& text, bool one_is_enough = false) {
  int number = 0;
  std::size_t digits = 0;
  for (; digits < 2 && digits < text.size() && is_digit(text[digits]); ++digits)
    number = number * 10 + text[digits] - '0';
  if (digits == 0 || (digits == 1 && !one_is_enough)) return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

bool take_clock(std::string_view& text) {
  const auto hours = take_number(text);
  const auto minutes = hours && take(text, ":") ? take_number(text) : std::nullopt;
  const auto seconds = minutes && take(text, ":") ? take_number(text) : std::nullopt;
  if (!seconds || *hours > 23 || *minutes > 59 || *seconds > 59) return false;
  if (!text.starts_with('.')) return true;
  const std::size_t end = std::min(text.find_first_not_of("0123456789", 1), text.size());
  text.remove_prefix(end);
  return end > 1;
}

/// Milliseconds, or `MMM dd [yyyy ]HH:mm:ss[.SSS][ zzz]`.
bool is_timestamp(std::string_view text) {
  if (is_integer(text, 64)) return true;
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::size_t month = kMonths.find(text.substr(0, 3));
  if (text.size() < 4 || month == std::string_view::npos || month % 3 != 0 || text[3] != ' ') return false;
  text.remove_prefix(4);
  static_cast<void>(take(text, " "));
  const auto day = take_number(text, true);
  if (!day || *day == 0 || *day > 31 || !take(text, " ")) return false;
  static_cast<void>(take(text, "0000 "));
  return take_clock(text) && (text.empty() || (text.front() == ' ' && is_zone(text.substr(1))));
}

}  // namespace

bool converts(std::string_view text, ReceiverType type) {
  switch (type) {
    case ReceiverType::integer:
      return is_integer(text, 32);
    case ReceiverType::long_integer:
      return is_integer(text, 64);
    case ReceiverType::floating:
      return is_real(std::string(text), std::numeric_limits<float>::max());
    case ReceiverType::double_floating:
      return is_real(std::string(text), std::numeric_limits<double>::max());
    case ReceiverType::ip:
      return IpAddress::parse(text).has_value();
    case ReceiverType::mac:
      return is_mac(text);
    case ReceiverType::timestamp:
      return is_timestamp(text);
  }
  return false;
}

}  // namespace flowcef
