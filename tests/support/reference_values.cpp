#include "support/reference_values.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <vector>

namespace flowcef::test::reference {
namespace {

constexpr ElementId kApplicationId{0, 95};
constexpr std::string_view kMark = "\xe2\x80\xa6";

std::uint8_t byte_at(const Octets& bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

template <class Float>
std::string float_text(Float value) {
  std::array<char, 64> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

std::string application_id(const Octets& value) {
  const unsigned engine = byte_at(value, 0);
  const std::size_t selector_at = engine == 20 ? 5 : 1;
  if (value.size() < selector_at || value.size() > 20) return hex(value);
  const Octets selector = value.substr(selector_at);
  const auto number = selector.empty() ? std::optional<std::uint64_t>(0) : unsigned_number(selector);
  if (!number) return hex(value);
  std::string text = std::to_string(engine) + ':';
  if (engine == 20) text += std::to_string(*unsigned_number(value.substr(1, 4))) + ':';
  return text + std::to_string(*number);
}

std::string boolean(const Octets& value) {
  if (value == "\1") return "true";
  return value == "\2" ? "false" : std::to_string(byte_at(value, 0));
}

/// Zeros in front of a number that is too long say nothing.
std::string long_number(Octets value) {
  while (value.size() > 8 && value[0] == 0) value.erase(0, 1);
  return hex(value);
}

bool is_number(DataType type) {
  return is_unsigned(type) || type == DataType::date_time_seconds || type == DataType::date_time_milliseconds ||
         type == DataType::date_time_microseconds || type == DataType::date_time_nanoseconds;
}

}  // namespace

std::size_t character_at(const Octets& text, std::size_t at) {
  const unsigned lead = byte_at(text, at);
  const std::size_t size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (size == 1) return 1;
  if (lead < 0xc2 || lead > 0xf4 || at + size > text.size()) return 0;
  std::uint32_t code = lead & (0x7fU >> size);
  for (std::size_t i = at + 1; i < at + size; ++i) {
    if ((byte_at(text, i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte_at(text, i) & 0x3fU);
  }
  const bool overlong = code < (size == 2 ? 0x80U : size == 3 ? 0x800U : 0x10000U);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return overlong || surrogate || code > 0x10ffff ? 0 : size;
}

std::string escaped(const Octets& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = character_at(text, at);
    const std::string character = text.substr(at, size == 0 ? 1 : size);
    at += character.size();
    if (size == 0) {
      out += "\xef\xbf\xbd";
    } else if (character == "=" || character == "\\") {
      out += '\\' + character;
    } else if (character == "\n") {
      out += "\\n";
    } else if (character == "\r") {
      out += "\\r";
    } else {
      const bool control = character.size() == 1 && (byte_at(character, 0) < 0x20 || character == "\x7f");
      out += control ? " " : character;
    }
  }
  while (out.ends_with(' ')) out.pop_back();
  while (out.starts_with(' ')) out.erase(0, 1);
  return out;
}

std::string escaped_header(const Octets& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '|') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  return out;
}

Octets cut(const Octets& text, std::size_t limit) {
  std::size_t end = 0;
  while (end < text.size()) {
    const std::size_t size = std::max<std::size_t>(character_at(text, end), 1);
    if (end + size > limit) break;
    end += size;
  }
  return text.substr(0, end);
}

std::string marked_text(const Octets& text, std::size_t limit) {
  static const std::string kBlanks(" \t\0", 3);
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == Octets::npos) return {};
  const Octets trimmed = text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
  if (trimmed.size() <= limit) return escaped(trimmed);
  const std::size_t room = limit < kMark.size() ? limit : limit - kMark.size();
  return escaped(cut(trimmed, room)) + std::string(limit < kMark.size() ? "" : kMark);
}

std::string marked_digits(const std::string& digits, std::size_t limit, std::size_t group) {
  if (digits.size() <= limit) return escaped(digits);
  if (limit < kMark.size()) return digits.substr(0, limit / group * group);
  return digits.substr(0, (limit - kMark.size()) / group * group) + std::string(kMark);
}

std::string hex(const Octets& bytes) {
  std::string text;
  for (const char byte : bytes) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned>(static_cast<std::uint8_t>(byte)));
    text += digits.data();
  }
  return text;
}

std::string base64(const Octets& bytes) {
  static const std::string kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bits;
  for (const char byte : bytes) {
    for (int bit = 7; bit >= 0; --bit) bits += (static_cast<std::uint8_t>(byte) >> bit & 1) != 0 ? '1' : '0';
  }
  while (bits.size() % 6 != 0) bits += '0';
  std::string text;
  for (std::size_t at = 0; at < bits.size(); at += 6) text += kDigits[std::stoul(bits.substr(at, 6), nullptr, 2)];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

bool is_zero(const Octets& bytes) {
  return bytes.find_first_not_of('\0') == Octets::npos;
}

std::optional<std::uint64_t> unsigned_number(const Octets& bytes) {
  if (bytes.empty()) return std::nullopt;
  std::uint64_t number = 0;
  for (const char byte : bytes) {
    if (number >> 56 != 0) return std::nullopt;
    number = number * 256 + static_cast<std::uint8_t>(byte);
  }
  return number;
}

std::optional<std::int64_t> signed_number(const Octets& bytes) {
  if (bytes.empty() || bytes.size() > 8) return std::nullopt;
  const char sign = byte_at(bytes, 0) >= 0x80 ? '\xff' : '\0';
  return static_cast<std::int64_t>(*unsigned_number(Octets(8 - bytes.size(), sign) + bytes));
}

bool is_mapped_ipv4(const Octets& bytes) {
  return bytes.size() == 16 && bytes.starts_with(Octets(10, '\0') + "\xff\xff");
}

/// RFC 5952 section 4: the longest run of zero groups, the first of equals, becomes `::`.
std::string address(const Octets& bytes) {
  if (is_mapped_ipv4(bytes)) return address(bytes.substr(12));
  if (bytes.size() == 4) {
    std::array<char, INET_ADDRSTRLEN> text{};
    return inet_ntop(AF_INET, bytes.data(), text.data(), text.size());
  }
  std::vector<std::uint64_t> groups;
  for (std::size_t at = 0; at < 16; at += 2) groups.push_back(*unsigned_number(bytes.substr(at, 2)));
  std::size_t run_at = 8;
  std::size_t run = 1;
  for (std::size_t at = 0; at < 8; ++at) {
    std::size_t zeros = 0;
    while (at + zeros < 8 && groups[at + zeros] == 0) ++zeros;
    if (zeros > run) run_at = at, run = zeros;
  }
  std::string text;
  for (std::size_t at = 0; at < 8; ++at) {
    if (at == run_at) {
      text += "::";
      at += run - 1;
      continue;
    }
    if (!text.empty() && !text.ends_with(':')) text += ':';
    std::array<char, 8> group{};
    std::snprintf(group.data(), group.size(), "%x", static_cast<unsigned>(groups[at]));
    text += group.data();
  }
  return text;
}

Octets parse_address(const std::string& text) {
  Octets bytes(16, '\0');
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return bytes.substr(0, 4);
  return inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1 ? bytes : Octets();
}

std::string mac(const Octets& bytes) {
  std::string text;
  for (const char byte : bytes) text += (text.empty() ? "" : ":") + hex({byte});
  return text;
}

/// Of a type that does not suit its length nothing is known but the bytes.
Look look_of(const Field& field) {
  const DataType type = field.type();
  const unsigned length = field.length;
  if (type == DataType::string) return Look::text;
  if (type == DataType::ipv4_address && length == 4) return Look::ipv4;
  if (type == DataType::ipv6_address && length == 16) return Look::ipv6;
  if (type == DataType::mac_address && length == 6) return Look::mac;
  if (type == DataType::boolean && length == 1) return Look::boolean;
  if ((type == DataType::float32 || type == DataType::float64) && (length == 4 || length == 8)) return Look::floating;
  if (type == DataType::date_time_microseconds && length == 8) return Look::ntp_micros;
  if (type == DataType::date_time_nanoseconds && length == 8) return Look::ntp_nanos;
  if (is_number(type)) return Look::number;
  if (is_signed(type) && (length <= 8 || length == kVariableLength)) return Look::signed_number;
  return field.element != nullptr && field.element->id == kApplicationId ? Look::application_id : Look::hex;
}

std::optional<std::uint64_t> number_of(const Field& field, const Octets& value) {
  const auto number = unsigned_number(value);
  if (!number || field.bits == 0) return number;
  return *number >> field.bits_shift & ((std::uint64_t{1} << field.bits) - 1);
}

Octets text_of(const Field& field, const Octets& value) {
  return field.length == kVariableLength ? value : value.substr(0, value.find('\0'));
}

double floating(const Octets& value) {
  const std::uint64_t bits = *unsigned_number(value);
  return value.size() == 4 ? std::bit_cast<float>(static_cast<std::uint32_t>(bits)) : std::bit_cast<double>(bits);
}

bool is_finite(const Octets& value) {
  return std::isfinite(floating(value));
}

std::string plain(const Field& field, const Octets& value) {
  if (value.empty()) return {};
  switch (look_of(field)) {
    case Look::number: {
      const auto number = number_of(field, value);
      return number ? std::to_string(*number) : long_number(value);
    }
    case Look::signed_number: {
      const auto number = signed_number(value);
      return number ? std::to_string(*number) : hex(value);
    }
    case Look::text:
      return escaped(text_of(field, value));
    case Look::ipv4:
    case Look::ipv6:
      return address(value);
    case Look::mac:
      return mac(value);
    case Look::boolean:
      return boolean(value);
    case Look::floating:
      return value.size() == 4 ? float_text(static_cast<float>(floating(value))) : float_text(floating(value));
    case Look::ntp_micros:
      return std::to_string(ntp_time(value, 1'000'000));
    case Look::ntp_nanos:
      return std::to_string(ntp_time(value, 1'000'000'000));
    case Look::application_id:
      return application_id(value);
    case Look::hex:
      return hex(value);
  }
  return {};
}

/// Source: RFC 5905 section 6, RFC 4330 section 3: a clear top bit says that the seconds count from 2036.
std::int64_t ntp_time(const Octets& value, std::int64_t parts_per_second) {
  if (is_zero(value)) return 0;
  const auto seconds = static_cast<std::int64_t>(*unsigned_number(value.substr(0, 4)));
  const std::int64_t since_1970 = seconds - 2'208'988'800 + (seconds < 0x8000'0000 ? 0x1'0000'0000 : 0);
  const auto fraction = static_cast<long double>(*unsigned_number(value.substr(4)));
  const long double parts = fraction * static_cast<long double>(parts_per_second) / 4294967296.0L;
  return since_1970 * parts_per_second + static_cast<std::int64_t>(std::floor(parts + 0.5L));
}

std::string time_text(std::int64_t ms, TimeForm form, bool local) {
  if (form == TimeForm::epoch_ms) return std::to_string(ms);
  if (form == TimeForm::epoch_s) return ms <= 0 ? "" : std::to_string(ms / 1000);
  if (ms <= 0) return {};
  const std::time_t seconds = ms / 1000;
  std::tm parts{};
  if (local) {
    localtime_r(&seconds, &parts);
  } else {
    gmtime_r(&seconds, &parts);
  }
  if (parts.tm_year > 9999 - 1900) return {};
  const bool iso = form == TimeForm::iso8601;
  const bool year = form >= TimeForm::text_year;
  const bool zone = form == TimeForm::text_zone || form == TimeForm::text_ms_zone || form == TimeForm::text_year_zone ||
                    form == TimeForm::text_year_ms_zone;
  const bool fraction = iso || form == TimeForm::text_ms || form == TimeForm::text_ms_zone ||
                        form == TimeForm::text_year_ms || form == TimeForm::text_year_ms_zone;
  std::array<char, 64> text{};
  const char* const pattern = iso ? "%Y-%m-%dT%H:%M:%S" : year ? "%b %d %Y %H:%M:%S" : "%b %d %H:%M:%S";
  std::string out(text.data(), std::strftime(text.data(), text.size(), pattern, &parts));
  if (fraction) {
    std::snprintf(text.data(), text.size(), ".%03d", static_cast<int>(ms % 1000));
    out += text.data();
  }
  if (zone) out += std::string(" ") + (local ? parts.tm_zone : "UTC");
  if (iso && !local) out += 'Z';
  if (iso && local) {
    std::strftime(text.data(), text.size(), "%z", &parts);
    out += std::string(text.data()).insert(3, ":");
  }
  return out;
}

bool is_whole_seconds(TimeForm form) {
  return form != TimeForm::epoch_ms && time_text(1, form, false).find(".001") == std::string::npos;
}

std::optional<std::int64_t> asn1_time(const Octets& text) {
  const bool utc_time = text.size() == 13;
  if ((!utc_time && text.size() != 15) || !text.ends_with('Z')) return std::nullopt;
  std::string digits = text.substr(0, text.size() - 1);
  if (digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  if (utc_time) digits.insert(0, digits < "50" ? "20" : "19");
  std::tm parts{};
  parts.tm_year = std::stoi(digits.substr(0, 4)) - 1900;
  parts.tm_mon = std::stoi(digits.substr(4, 2)) - 1;
  parts.tm_mday = std::stoi(digits.substr(6, 2));
  parts.tm_hour = std::stoi(digits.substr(8, 2));
  parts.tm_min = std::stoi(digits.substr(10, 2));
  parts.tm_sec = std::stoi(digits.substr(12, 2));
  const std::time_t seconds = timegm(&parts);
  // timegm carries what is beyond a day or month: a text that changes so was no date.
  std::array<char, 32> back{};
  std::strftime(back.data(), back.size(), "%Y%m%d%H%M%S", &parts);
  if (digits != back.data()) return std::nullopt;
  return std::int64_t{seconds} * 1000;
}

}  // namespace flowcef::test::reference
