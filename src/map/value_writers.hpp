// Values as text, each written at a place with room for it; all return the end of what they wrote.
#pragma once

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/core/decimal.hpp"
#include "flowcef/core/ip_address.hpp"
#include "flowcef/map/program.hpp"
#include "time_value.hpp"

namespace flowcef {

struct Value {
  const std::uint8_t* bytes;  ///< big-endian
  std::size_t length;
};

/// Copies in whole blocks: reads and writes up to kCopyBlock - 1 bytes past the end, for which the texts are padded and
/// the message's bound leaves room. One block holds nearly every key, so that the loop's branch is always foreseen.
inline char* copy_blocks(char* out, const char* text, std::size_t length) noexcept {
  std::size_t done = 0;
  do {
    std::memcpy(out + done, text + done, kCopyBlock);
    done += kCopyBlock;
  } while (done < length);
  return out + length;
}

inline char* write_hex(char* out, const std::uint8_t* bytes, std::size_t length) noexcept {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < length; ++i) {
    *out++ = kDigits[bytes[i] >> 4];
    *out++ = kDigits[bytes[i] & 15];
  }
  return out;
}

inline char* write_mac(char* out, const std::uint8_t* bytes) noexcept {
  for (std::size_t i = 0; i < 6; ++i) {
    if (i != 0) *out++ = ':';
    out = write_hex(out, bytes + i, 1);
  }
  return out;
}

template <class Float, class Bits>
char* write_float(char* out, const std::uint8_t* bytes, bool finite_only = false) noexcept {
  const auto value = std::bit_cast<Float>(load_be<Bits>(bytes));
  if (finite_only && !std::isfinite(value)) return out;
  return std::to_chars(out, out + 32, value).ptr;
}

/// Boolean as IPFIX has it: 1 is true, 2 is false. Source: RFC 7011 section 6.1.5.
inline char* write_boolean(char* out, std::uint8_t value) noexcept {
  const std::string_view text = value == 1 ? "true" : value == 2 ? "false" : std::string_view();
  if (text.empty()) return write_u8(out, value);
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

/// Writes a signed number of any length, one longer than 8 bytes in hex.
char* write_signed(char* out, const Value& value) noexcept;
/// Writes an unsigned number of any length, one beyond 64 bits in hex.
char* write_unsigned(char* out, Value value) noexcept;
/// Writes `engine:selector`, or `20:pen:selector`; in hex what is neither. Source: RFC 6759 section 4.
char* write_application_id(char* out, const Value& value) noexcept;
/// Writes a string, escaped.
/// Input: whether its length is the template's, so that NULs may stand behind the text
char* write_string(char* out, Value value, bool fixed_length) noexcept;

/// Oversized numbers occur; most have zeros in front (RFC 7011 section 6.2 knows only smaller ones).
[[nodiscard]] inline Value without_leading_zeros(Value value) noexcept {
  for (; value.length > 8 && *value.bytes == 0; --value.length) ++value.bytes;
  return value;
}

/// The text's length: exporters leave old bytes behind the NUL that ends it.
[[nodiscard]] inline std::size_t text_length(const Value& value) noexcept {
  return strnlen(reinterpret_cast<const char*>(value.bytes), value.length);
}

/// Writes a value by an instruction that plain_op() returns, but for texts; `otherwise` writes all that is none of these.
template <class Otherwise>
[[gnu::always_inline]] inline char* write_plain(Op op, const Value& value, char* out, Otherwise&& otherwise) noexcept {
  switch (op) {
    case Op::unsigned1:
      return write_u8(out, *value.bytes);
    case Op::unsigned2:
      return write_u64(out, load_be<std::uint16_t>(value.bytes));
    case Op::unsigned4:
      return write_u64(out, load_be<std::uint32_t>(value.bytes));
    case Op::unsigned8:
      return write_u64(out, load_be<std::uint64_t>(value.bytes));
    case Op::unsigned_n:
      return write_unsigned(out, value);
    case Op::signed_n:
      return write_signed(out, value);
    case Op::ipv4:
      return write_ipv4(out, value.bytes);
    case Op::ipv6:
      return write_ipv6(out, value.bytes);
    case Op::mac:
      return write_mac(out, value.bytes);
    case Op::boolean:
      return write_boolean(out, *value.bytes);
    case Op::float32:
      return write_float<float, std::uint32_t>(out, value.bytes);
    case Op::float64:
      return write_float<double, std::uint64_t>(out, value.bytes);
    case Op::ntp_micros:
      return write_i64(out, ntp_to_micros(load_be<std::uint64_t>(value.bytes)));
    case Op::ntp_nanos:
      return write_i64(out, ntp_to_nanos(load_be<std::uint64_t>(value.bytes)));
    case Op::application_id:
      return write_application_id(out, value);
    case Op::hex:
      return write_hex(out, value.bytes, value.length);
    default:
      return otherwise();
  }
}

}  // namespace flowcef
