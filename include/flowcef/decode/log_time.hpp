// Times as log lines have them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace flowcef {

/// By what a time is read that leaves something out.
struct LogClock {
  std::int64_t now_ns = 0;  ///< when the line came, since 1970 UTC: of a time without a year the nearest one is meant
  bool local = false;       ///< a time without a zone is this machine's local time; otherwise it is UTC
};

struct LogTime {
  std::int64_t ns = 0;     ///< since 1970 UTC, not negative; what is behind a billionth of a second is cut
  std::size_t length = 0;  ///< of its text
};

/// Read the time that `text` begins with. Years are 1970 to 2261.
/// Returns: nothing if it does not begin with one, or with one that no calendar has.
/// Thread:  any

/// `2026-11-22T22:40:02.123Z`, `2026-11-22 22:40:02+01:00`, `...+0100`, or without a zone.
/// Source: RFC 3339 section 5.6
[[nodiscard]] std::optional<LogTime> read_iso_time(std::string_view text, const LogClock& clock) noexcept;
/// `Nov 22 22:40:02`, `Nov  2 22:40:02`, `Nov 2 22:40:02.123`, `Nov 22 2026 22:40:02`.
/// Source: RFC 3164 section 4.1.2
[[nodiscard]] std::optional<LogTime> read_bsd_time(std::string_view text, const LogClock& clock) noexcept;

/// Returns: the time that the whole of `text` is: one of those above, `22/Nov/2026:22:40:02 +0100` (the common log
///          format), or a count since 1970, of seconds with or without a fraction, or, by how many digits it has, of
///          milliseconds (12 to 14), microseconds (15 to 17) or nanoseconds (18 or 19).
[[nodiscard]] std::optional<std::int64_t> parse_log_time(std::string_view text, const LogClock& clock) noexcept;

}  // namespace flowcef
