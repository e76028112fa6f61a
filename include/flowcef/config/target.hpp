// Where an output sends its lines, as the text of its `to` key.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/core/ip_address.hpp"
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

inline constexpr std::array kUdpOutputs = {Transport::udp};
inline constexpr std::array kTlsOutputs = {Transport::tls};
inline constexpr std::array kStreamOutputs = {Transport::tcp, Transport::tls};
inline constexpr std::array kNetworkOutputs = {Transport::udp, Transport::tcp, Transport::tls};

[[nodiscard]] bool is_one_of(std::span<const Transport> transports, Transport transport);
/// Returns: why a key cannot act: `only for tcp:// and tls://, but this output is udp`.
[[nodiscard]] std::string only_for(std::span<const Transport> transports, Transport transport);

/// Input:   `stdout:`, `file:PATH`, `udp://HOST[:PORT]`, `tcp://HOST[:PORT]` or `tls://HOST[:PORT]`.
/// Returns: the port 514 (udp, tcp) or 6514 (tls) where none is given. Source: RFC 5426, RFC 5425.
/// Errors:  what was expected instead; names are not resolved.
[[nodiscard]] std::expected<Target, TargetError> parse_target(std::string_view text);

/// Returns: one spelling of a host: names in lower case, addresses as they are written out.
[[nodiscard]] std::string normal_host(std::string host);

/// Input:   a numeric address to send from; `192.0.2.1:514` and `[2001:db8::1]:514` name the port too.
/// Returns: port 0 where there is none.
[[nodiscard]] std::expected<Endpoint, TargetError> parse_source(std::string_view text);

}  // namespace flowcef
