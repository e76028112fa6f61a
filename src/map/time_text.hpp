// Times as the texts that mappings ask for, and out of the texts that certificates hold.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "flowcef/map/value_form.hpp"

namespace flowcef {

/// Longest text that write_time_text() writes.
inline constexpr std::size_t kMaxTimeText = 40;

/// What the machine's zone says, kept by the quarter of an hour, as localtime_r takes a lock.
/// Thread: one.
class LocalZone {
 public:
  struct Offset {
    std::int32_t seconds = 0;  ///< east of UTC
    std::uint8_t length = 0;
    std::array<char, 15> name{};  ///< such as CET
  };

  /// Input:   seconds since 1970
  /// Returns: the offset then; UTC if the machine's zone says nothing of it
  [[nodiscard]] const Offset& offset_at(std::int64_t seconds) noexcept;

 private:
  struct Entry {
    std::int64_t quarter = -1;
    Offset offset;
  };
  std::array<Entry, 8> entries_{};
};

/// Input:   milliseconds since 1970, above 0; the zone the text is in, null: UTC; room for kMaxTimeText bytes
/// Returns: the end of the text, which needs no escaping; `out` itself for a time after the year 9999
/// Source:  CEF Implementation Standard, "Date Formats": English months, two digits for the day; RFC 3339
[[nodiscard]] char* write_time_text(char* out, std::int64_t ms, TimeForm form, LocalZone* zone) noexcept;

/// Returns: whether a time of that form says nothing of milliseconds.
[[nodiscard]] bool is_whole_seconds(TimeForm form) noexcept;

/// Reads UTCTime `YYMMDDHHMMSSZ` (years 1950 to 2049) or GeneralizedTime `YYYYMMDDHHMMSSZ`.
/// Returns: milliseconds since 1970; nothing if it is anything else, or no date of the calendar
/// Source:  RFC 5280 section 4.1.2.5
[[nodiscard]] std::optional<std::int64_t> parse_asn1_time(const std::uint8_t* text, std::size_t length) noexcept;

}  // namespace flowcef
