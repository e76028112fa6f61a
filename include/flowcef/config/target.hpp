// Where an output sends its lines, as the text of its `to` key.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "flowcef/sink/sink_config.hpp"

namespace flowcef {

struct Target {
  Transport transport = Transport::standard_output;
  std::string host;  ///< IPv6 without its brackets
  std::uint16_t port = 0;
  std::string path;
};

struct TargetError {
  std::string expected;  ///< completes `expected ...`
  std::string hint;      ///< may be empty
};

/// Returns: the word before the colon: `stdout`, `file`, `udp`, `tcp` or `tls`.
[[nodiscard]] std::string_view scheme_of(Transport transport);

/// Input:   `stdout:`, `file:PATH`, `udp://HOST[:PORT]`, `tcp://HOST[:PORT]` or `tls://HOST[:PORT]`.
/// Returns: the port 514 (udp, tcp) or 6514 (tls) where none is given. Source: RFC 5426, RFC 5425.
/// Errors:  what was expected instead; names are not resolved.
[[nodiscard]] std::expected<Target, TargetError> parse_target(std::string_view text);

}  // namespace flowcef
