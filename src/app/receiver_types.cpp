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

bool is_real(std::string_view text, double largest) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && at == end && (!std::isfinite(number) || std::abs(number) <= largest);
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

/// Takes what fits a pattern off the front: `0` a digit, `A` a letter, else itself.
bool take(std::string_view& text, std::string_view pattern) {
  if (text.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = text[i];
    const bool fits = pattern[i] == '0'   ? is_digit(c)
                      : pattern[i] == 'A' ? (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
                                          : c == pattern[i];
    if (!fits) return false;
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

/// Milliseconds, or `MMM dd [yyyy ]HH:mm:ss[.SSS][ zzz]`.
bool is_timestamp(std::string_view text) {
  if (is_integer(text, 64)) return true;
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() < 4 || kMonths.find(text.substr(0, 3)) % 3 != 0 || text[3] != ' ') return false;
  text.remove_prefix(4);
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (!take(text, "00 ") && !take(text, "0 ")) return false;
  static_cast<void>(take(text, "0000 "));
  if (!take(text, "00:00:00")) return false;
  static_cast<void>(take(text, ".000"));
  return text.empty() || (text.front() == ' ' && is_zone(text.substr(1)));
}

}  // namespace

bool converts(std::string_view text, ReceiverType type) {
  switch (type) {
    case ReceiverType::integer:
      return is_integer(text, 32);
    case ReceiverType::long_integer:
      return is_integer(text, 64);
    case ReceiverType::floating:
      return is_real(text, std::numeric_limits<float>::max());
    case ReceiverType::double_floating:
      return is_real(text, std::numeric_limits<double>::max());
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
