// What a SIEM wants of an output, by its name: `profile = "splunk"`. All choices stand in one table in profiles.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "flowcef/map/cef_config.hpp"
#include "flowcef/map/rendering_config.hpp"
#include "flowcef/sink/sink_config.hpp"

namespace flowcef {

/// The longest message that a receiver takes in its default settings, by transport. Units: bytes; 0: unlimited.
struct MessageLimits {
  std::size_t udp = 0;
  std::size_t tcp = 0;  ///< file and stdout have it too
  std::size_t tls = 0;
};

/// Priority is local0.info for all: no receiver asks for another. Bytes are as the mapping has them, since what `in`
/// means depends on the SIEM's rules, not on the SIEM.
struct Profile {
  std::string_view name;
  SyslogHeader header = SyslogHeader::rfc5424;
  bool bridge_as_host = false;                          ///< the header names the machine that sends, not the exporter
  std::optional<unsigned> version = {};                 ///< of CEF; nothing: the mapping's
  std::optional<TimeForm> time = {};                    ///< nothing: the mapping's
  bool wide_in = false;                                 ///< `in` and `out` may be above 2147483647 whatever the version
  std::array<std::uint16_t, 2> octet_counting_ports{};  ///< of tcp and tls; others take newlines. 0: none
  MessageLimits longest = {};
};

inline constexpr std::size_t kProfileCount = 7;

[[nodiscard]] std::span<const Profile, kProfileCount> profiles();

/// Returns: how the profile frames messages on this way.
[[nodiscard]] Framing framing_of(const Profile& profile, Transport transport, std::uint16_t port);
/// Returns: bytes; 0: unlimited.
[[nodiscard]] std::size_t longest_message(const Profile& profile, Transport transport);

}  // namespace flowcef
