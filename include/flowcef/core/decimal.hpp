// Decimal numbers written into a buffer that is known to be large enough: two digits at a time from a table.
#pragma once

#include <cstdint>
#include <cstring>

namespace flowcef {

/// Longest text that write_u64 produces.
inline constexpr std::size_t kMaxDecimal = 20;

namespace detail {
struct DigitPairs {
  char text[200];
  constexpr DigitPairs() : text() {
    for (int i = 0; i < 100; ++i) {
      text[2 * i] = static_cast<char>('0' + i / 10);
      text[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
  }
};
inline constexpr DigitPairs kDigitPairs;
}  // namespace detail

/// Input: value below 100. Writes exactly two digits.
inline char* write_two_digits(char* out, std::uint32_t value) noexcept {
  std::memcpy(out, detail::kDigitPairs.text + 2 * value, 2);
  return out + 2;
}

/// Input: value below 1000. Writes exactly three digits.
inline char* write_three_digits(char* out, std::uint32_t value) noexcept {
  *out++ = static_cast<char>('0' + value / 100);
  return write_two_digits(out, value % 100);
}

inline char* write_u8(char* out, std::uint8_t value) noexcept {
  if (value >= 100) return write_three_digits(out, value);
  if (value >= 10) return write_two_digits(out, value);
  *out = static_cast<char>('0' + value);
  return out + 1;
}

[[nodiscard]] inline int count_digits(std::uint64_t value) noexcept {
  int digits = 1;
  for (;;) {
    if (value < 10) return digits;
    if (value < 100) return digits + 1;
    if (value < 1000) return digits + 2;
    if (value < 10000) return digits + 3;
    value /= 10000;
    digits += 4;
  }
}

/// Writes without leading zeros and returns the end; no terminating NUL.
inline char* write_u64(char* out, std::uint64_t value) noexcept {
  char* const end = out + count_digits(value);
  char* at = end;
  while (value >= 100) {
    at -= 2;
    write_two_digits(at, static_cast<std::uint32_t>(value % 100));
    value /= 100;
  }
  if (value >= 10) {
    write_two_digits(at - 2, static_cast<std::uint32_t>(value));
  } else {
    at[-1] = static_cast<char>('0' + value);
  }
  return end;
}

inline char* write_i64(char* out, std::int64_t value) noexcept {
  if (value >= 0) return write_u64(out, static_cast<std::uint64_t>(value));
  *out++ = '-';
  return write_u64(out, 0 - static_cast<std::uint64_t>(value));
}

}  // namespace flowcef
