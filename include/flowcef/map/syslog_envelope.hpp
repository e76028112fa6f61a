// The syslog header in front of `CEF:`. Nothing in it depends on a record, so it is rendered once per data set.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/decode/data_set.hpp"
#include "flowcef/map/rendering_config.hpp"

namespace flowcef {

/// Thread: one; it keeps the text of the last second.
class SyslogEnvelope {
 public:
  /// Input: hosts of at most kMaxHostName bytes.
  explicit SyslogEnvelope(const RenderingConfig& config);

  /// The time is that of arrival (or of export, where arrival is unknown); the host is the exporter's address unless
  /// the configuration has a name for it.
  /// Lifetime: the text is valid until the next call.
  /// Source:   RFC 5424 section 6.2, RFC 3164 section 4.1; none for gigamon: the samples in its documentation
  [[nodiscard]] std::string_view render(const ExportContext& context) noexcept;

 private:
  char* write_rfc3164(char* out, std::int64_t time_ms) noexcept;
  char* write_rfc5424(char* out, std::int64_t time_ms) noexcept;
  char* write_gigamon(char* out, std::int64_t time_ms) noexcept;
  char* write_host(char* out, const IpAddress& exporter) const noexcept;

  SyslogHeader header_;
  bool padded_day_;
  std::string host_;                 ///< empty: the exporter's address
  std::vector<ExporterHost> hosts_;  ///< the longest prefixes first
  std::int64_t second_ = -1;         ///< that `second_text_` shows
  std::array<char, 32> second_text_{};
  std::size_t second_length_ = 0;
  std::array<char, kMaxHostName + 160> text_{};  ///< 54 bytes beside the longest host; readers copy in blocks
};

}  // namespace flowcef
