// The syslog header in front of `CEF:`. Nothing in it depends on a record, so it is rendered once per data set.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/decode/data_set.hpp"
#include "flowcef/map/rendering_config.hpp"

namespace flowcef {

/// Longest text of write_priority(): `<191>`.
inline constexpr std::size_t kMaxPriorityText = 5;

/// What a message's severity is for an event's, 0 to 10: 6 (informational) for 0 to 3, 5 (notice) for 4 and 5,
/// 4 (warning) for 6, 3 (error) for 7 and 8, 2 (critical) for 9 and 10. No standard ties the two.
[[nodiscard]] std::uint8_t syslog_severity(std::uint8_t event_severity) noexcept;

/// Writes `<facility * 8 + severity>`, without leading zeros.
/// Input:   facility 0 to 23, severity 0 to 7, room for kMaxPriorityText bytes
/// Returns: the end of the text
/// Source:  RFC 5424 section 6.2.1, RFC 3164 section 4.1.1
[[nodiscard]] char* write_priority(char* out, std::uint8_t facility, std::uint8_t severity) noexcept;

/// Thread: one; it keeps the text of the last second.
class SyslogEnvelope {
 public:
  /// Input: hosts of at most kMaxHostName bytes, a tag of at most kMaxTag.
  explicit SyslogEnvelope(const RenderingConfig& config);

  /// The time is that of arrival (or of export, where arrival is unknown); the host is the exporter's address unless
  /// the configuration has a name for it. Priorities by event are not in it: they go in front of it.
  /// Lifetime: the text is valid until the next call.
  /// Source:   RFC 5424 section 6.2, RFC 3164 section 4.1; none for gigamon: the samples in its documentation
  [[nodiscard]] std::string_view render(const ExportContext& context) noexcept;

 private:
  [[nodiscard]] std::tm time_of(std::int64_t second) const noexcept;
  char* write_rfc3164(char* out, std::int64_t time_ms) noexcept;
  char* write_rfc5424(char* out, std::int64_t time_ms) noexcept;
  char* write_gigamon(char* out, std::int64_t time_ms) noexcept;
  char* write_host(char* out, const IpAddress& exporter) const noexcept;

  SyslogHeader header_;
  bool padded_day_;
  bool utc_;
  std::string priority_;             ///< empty: none, or by event
  std::string host_;                 ///< empty: the exporter's address
  std::vector<ExporterHost> hosts_;  ///< the longest prefixes first
  std::string behind_host_;
  std::int64_t second_ = -1;  ///< that `second_text_` shows
  std::array<char, 32> second_text_{};
  std::size_t second_length_ = 0;
  /// At most 44 bytes beside the longest host and tag; readers copy in blocks.
  std::array<char, kMaxHostName + kMaxTag + 128> text_{};
};

}  // namespace flowcef
