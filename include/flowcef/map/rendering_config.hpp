// What decides a message's text beside the mapping: outputs that agree in all of it share one rendering.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/core/ip_prefix.hpp"
#include "flowcef/map/line_batch.hpp"

namespace flowcef {

/// The syslog header before `CEF:`.
enum class SyslogHeader : std::uint8_t {
  none,
  rfc3164,  ///< `<134>Nov 22 01:46:24 192.0.2.1 CEF:0|...`, local time unless `utc`
  rfc5424,  ///< `<134>1 2026-11-22T01:46:24.123Z 192.0.2.1 CEF - - - CEF:0|...`
  gigamon,  ///< `Sun Nov 22 01:46:24 2026 9/3/e1 CEF:0|...`, local time unless `utc`
};

inline constexpr std::size_t kMaxHostName = 255;
/// Source: RFC 3164 section 4.1.3
inline constexpr std::size_t kMaxTag = 32;

/// The name in the syslog header for the records of some exporters: printable ASCII without blanks.
struct ExporterHost {
  IpPrefix match;
  std::string host;

  friend bool operator==(const ExporterHost&, const ExporterHost&) = default;
};

/// Source: RFC 5424 section 6.2.1
inline constexpr std::uint8_t kLocal0 = 16;
inline constexpr std::uint8_t kInformational = 6;

struct RenderingConfig {
  SyslogHeader header = SyslogHeader::none;
  Framing framing = Framing::newline;
  bool wide_in = false;     ///< send `in` and `out` above 2147483647 although CEF:0 has them as 32-bit numbers
  bool padded_day = false;  ///< gigamon: `Nov  2`, not `Nov 2`
  std::string host{};       ///< in place of the exporter's address; printable ASCII without blanks
  std::vector<ExporterHost> hosts{};  ///< go before `host`; of several that match, the longest prefix counts
  std::uint8_t facility = kLocal0;    ///< of rfc3164 and rfc5424; 0 to 23
  /// Of these, 0 to 7. Nothing: by the event's, as syslog_severity() has it.
  std::optional<std::uint8_t> severity = kInformational;
  bool utc = false;  ///< rfc3164 and gigamon: times are UTC, not the machine's
  /// rfc3164: in front of `CEF:`, as `tag: `; at most kMaxTag letters and digits. Empty: `CEF:` is the tag.
  std::string tag{};
  std::size_t max_bytes = 0;  ///< of a message without its framing; 0: unlimited
  bool shed = true;           ///< longer messages lose keys, those of low priority first; false: there are none
  bool follows_path = false;  ///< what a packet to the receiver holds is a limit too, see Renderer::follow_path()

  friend bool operator==(const RenderingConfig&, const RenderingConfig&) = default;
};

}  // namespace flowcef
