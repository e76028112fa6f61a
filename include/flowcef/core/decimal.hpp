// Decimal numbers written into a buffer that is known to be large enough.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace flowcef {

/// Longest text that write_u64 and write_i64 produce.
inline constexpr std::size_t kMaxDecimal = 20;
/// How far past the end of its text a number's writer may write: it stores whole words.
inline constexpr std::size_t kDecimalSlack = 8;

namespace detail {

/// The digits of a number below 10^8 as eight bytes 0 to 9, the first digit in the lowest byte.
/// Divides four lanes at a time by multiplying: no division, no branch on the number's length.
/// Source: P. Khuong, "How to print integers really fast", 2017.
[[nodiscard]] constexpr std::uint64_t eight_digits(std::uint32_t value) noexcept {
  const std::uint64_t halves = value / 10000 | std::uint64_t{value % 10000} << 32;
  const std::uint64_t hundreds = (halves * 10486 >> 20) & 0x0000'007f'0000'007f;
  const std::uint64_t pairs = hundreds | (halves - 100 * hundreds) << 16;
  const std::uint64_t tens = (pairs * 103 >> 10) & 0x000f'000f'000f'000f;
  return tens | (pairs - 10 * tens) << 8;
}

inline constexpr std::uint64_t kAsciiZeros = 0x3030'3030'3030'3030;

inline char* store(char* out, std::uint64_t text, std::size_t length) noexcept {
  if constexpr (std::endian::native == std::endian::big) text = __builtin_bswap64(text);
  std::memcpy(out, &text, sizeof text);
  return out + length;
}

/// Input: value below 10^8. Writes it without leading zeros.
inline char* write_short(char* out, std::uint32_t value) noexcept {
  const std::uint64_t digits = eight_digits(value);
  // The guard in the last digit keeps a zero as one digit.
  const auto zeros = static_cast<unsigned>(std::countr_zero(digits | std::uint64_t{1} << 56)) / 8;
  return store(out, (digits | kAsciiZeros) >> (8 * zeros), 8 - zeros);
}

/// Input: value below 10^8. Writes exactly eight digits.
inline char* write_padded(char* out, std::uint32_t value) noexcept {
  return store(out, eight_digits(value) | kAsciiZeros, 8);
}

}  // namespace detail

/// Input: value below 100. Writes exactly two digits.
inline char* write_two_digits(char* out, std::uint32_t value) noexcept {
  out[0] = static_cast<char>('0' + value / 10);
  out[1] = static_cast<char>('0' + value % 10);
  return out + 2;
}

/// Input: value below 1000. Writes exactly three digits.
inline char* write_three_digits(char* out, std::uint32_t value) noexcept {
  *out++ = static_cast<char>('0' + value / 100);
  return write_two_digits(out, value % 100);
}

namespace detail {
/// Each byte's text and a dot behind it, in four bytes.
struct ByteTexts {
  char text[256][4] = {};
  constexpr ByteTexts() {
    for (int value = 0; value < 256; ++value) {
      char* out = text[value];
      if (value >= 100) *out++ = static_cast<char>('0' + value / 100);
      if (value >= 10) *out++ = static_cast<char>('0' + value / 10 % 10);
      *out++ = static_cast<char>('0' + value % 10);
      *out = '.';
    }
  }
};
inline constexpr ByteTexts kByteTexts;
}  // namespace detail

/// Writes a byte and a dot. Input: room for four bytes. Returns: the end, behind the dot.
inline char* write_u8_and_dot(char* out, std::uint8_t value) noexcept {
  std::memcpy(out, detail::kByteTexts.text[value], 4);
  return out + 2 + (value >= 10 ? 1 : 0) + (value >= 100 ? 1 : 0);
}

/// Input: room for four bytes.
inline char* write_u8(char* out, std::uint8_t value) noexcept {
  return write_u8_and_dot(out, value) - 1;
}

[[nodiscard]] constexpr int count_digits(std::uint64_t value) noexcept {
  for (int digits = 1;; digits += 4, value /= 10000) {
    if (value < 10) return digits;
    if (value < 100) return digits + 1;
    if (value < 1000) return digits + 2;
    if (value < 10000) return digits + 3;
  }
}

/// Writes without leading zeros and returns the end; no terminating NUL.
/// Input: room for kMaxDecimal and kDecimalSlack bytes.
inline char* write_u64(char* out, std::uint64_t value) noexcept {
  constexpr std::uint64_t kEightDigits = 100'000'000;
  if (value < kEightDigits) return detail::write_short(out, static_cast<std::uint32_t>(value));
  const std::uint64_t upper = value / kEightDigits;
  const auto lower = static_cast<std::uint32_t>(value % kEightDigits);
  if (upper < kEightDigits) {
    out = detail::write_short(out, static_cast<std::uint32_t>(upper));
  } else {
    out = detail::write_short(out, static_cast<std::uint32_t>(upper / kEightDigits));
    out = detail::write_padded(out, static_cast<std::uint32_t>(upper % kEightDigits));
  }
  return detail::write_padded(out, lower);
}

/// Input: room for kMaxDecimal and kDecimalSlack bytes.
inline char* write_i64(char* out, std::int64_t value) noexcept {
  if (value >= 0) return write_u64(out, static_cast<std::uint64_t>(value));
  *out++ = '-';
  return write_u64(out, 0 - static_cast<std::uint64_t>(value));
}

}  // namespace flowcef
