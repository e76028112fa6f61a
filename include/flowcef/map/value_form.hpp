// How a mapping wants values shown.
#pragma once

#include <cstdint>

#include "flowcef/core/time_unit.hpp"

namespace flowcef {

enum class ValueForm : std::uint8_t {
  plain,          ///< as the element's type has it
  number,         ///< an IPv4 address as unsigned 32-bit number
  signed_number,  ///< an IPv4 address as signed 32-bit number
  text,           ///< bytes as text where they are printable UTF-8, else in hex
  hex,            ///< the untouched bytes
  base64,         ///< the untouched bytes; RFC 4648 section 4
  asn1_time,      ///< a certificate's date, UTCTime or GeneralizedTime, as a time; RFC 5280 section 4.1.2.5
};

/// Forms of a time. The texts are the eight of the CEF Implementation Standard, "Date Formats", and RFC 3339.
enum class TimeForm : std::uint8_t {
  epoch_ms,  ///< milliseconds since 1970 UTC
  epoch_s,
  iso8601,           ///< `2026-11-22T01:46:24.123Z`
  text,              ///< `MMM dd HH:mm:ss`
  text_ms,           ///< `MMM dd HH:mm:ss.SSS`
  text_zone,         ///< `MMM dd HH:mm:ss zzz`
  text_ms_zone,      ///< `MMM dd HH:mm:ss.SSS zzz`
  text_year,         ///< `MMM dd yyyy HH:mm:ss`
  text_year_ms,      ///< `MMM dd yyyy HH:mm:ss.SSS`
  text_year_zone,    ///< `MMM dd yyyy HH:mm:ss zzz`
  text_year_ms_zone  ///< `MMM dd yyyy HH:mm:ss.SSS zzz`
};

/// Which values leave their key out.
enum class Omit : std::uint8_t {
  empty,  ///< those that are absent or empty
  zero,   ///< those, and numbers, addresses and bytes that are all zero
  never,  ///< none: the key stands there without a value
};

/// What becomes of fields that no key of the mapping shows.
enum class Unmapped : std::uint8_t {
  emit,       ///< they go out under generated keys
  drop,       ///< they are left out and counted
  warn_once,  ///< they go out, and each element is named once in the log
};

/// Keys of low priority are the first to go from a line that is too long: 0 to 9.
inline constexpr std::uint8_t kUsualPriority = 5;
inline constexpr std::uint8_t kMaxPriority = 9;

}  // namespace flowcef
