// A syslog message taken apart: what its header says, and the text behind it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "flowcef/decode/log_time.hpp"

namespace flowcef {

/// What a header does not say is empty.
/// Lifetime: views the line that it was read from.
struct SyslogMessage {
  std::optional<std::uint8_t> priority;  ///< facility * 8 + severity, 0 to 191
  std::optional<std::int64_t> time_ns;   ///< by the sender's clock, since 1970 UTC
  std::string_view hostname;
  std::string_view app_name;  ///< RFC 3164: the tag, without the process id
  std::string_view proc_id;
  std::string_view msg_id;
  std::string_view structured_data;  ///< all its elements, brackets and escapes as they were sent
  std::string_view message;
};

/// Reads the header of RFC 5424, or that of RFC 3164 with what senders make of it: a time with a year, one in the form of
/// RFC 3339, a day of one digit, no host in front of the tag, no tag. Never fails: what is no header is message, and
/// without a priority in front all of it is. Cisco's sequence numbers and `%ASA-6-302013:` are message.
/// Input:  one line as it came; LF, CR and NUL at its end are cut off
/// Thread: any
/// Source: RFC 5424 section 6, RFC 3164 section 4
[[nodiscard]] SyslogMessage parse_syslog(std::string_view line, const LogClock& clock) noexcept;

}  // namespace flowcef
