// The syslog header in front of `CEF:`. Nothing in it depends on a record, so it is rendered once per data set.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "flowcef/decode/data_set.hpp"
#include "flowcef/map/rendering_config.hpp"

namespace flowcef {

/// Thread: one; it keeps the text of the last second.
class SyslogEnvelope {
 public:
  explicit SyslogEnvelope(SyslogHeader header) : header_(header) {}

  /// The time is that of arrival (or of export, where arrival is unknown); the host is the exporter's address.
  /// Lifetime: the text is valid until the next call.
  /// Source:   RFC 5424 section 6.2, RFC 3164 section 4.1
  [[nodiscard]] std::string_view render(const ExportContext& context) noexcept;

 private:
  char* write_rfc3164(char* out, std::int64_t time_ms) noexcept;
  char* write_rfc5424(char* out, std::int64_t time_ms) noexcept;

  SyslogHeader header_;
  std::int64_t second_ = -1;  ///< that `second_text_` shows
  std::array<char, 24> second_text_{};
  std::size_t second_length_ = 0;
  std::array<char, 192> text_{};  ///< the longest header has 93 bytes; readers copy in blocks
};

}  // namespace flowcef
