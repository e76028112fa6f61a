// What the bridge tells of itself in a line of its own, and that line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/core/ip_address.hpp"
#include "flowcef/map/mapping.hpp"
#include "flowcef/map/rendering_config.hpp"

namespace flowcef {

struct BridgeEvent {
  struct Key {
    std::string name;   ///< of CEF's dictionary, or what follows the mapping's prefix
    std::string value;  ///< not escaped
    bool prefixed = false;
    std::string label = {};  ///< of a slot such as cs1, which is nothing without; goes out behind it
  };

  std::string_view signature;  ///< static, as is the name; nothing in either needs an escape
  std::string_view name;
  std::uint8_t severity = 0;          ///< 0 to 10
  std::int64_t time_ms = 0;           ///< since 1970
  std::optional<IpAddress> exporter;  ///< nothing: it is of the bridge
  std::string text;                   ///< for people
  std::vector<Key> keys;              ///< the most telling first
  bool is_routine = false;            ///< nothing has happened: it may wait, and be lost, with the lines of records
};

/// Returns: `CEF:0|vendor|product|version|`, of the rule for what no other rule is for.
[[nodiscard]] std::string cef_head(const Mapping& mapping);

/// Returns: the machine's; empty if it has none that a syslog header may have
[[nodiscard]] std::string machine_name();

/// The syslog header is that of the exporter's records, or has this machine in the exporter's place; times are as the
/// mapping has `rt`. Behind `rt`, `externalId`, `dvc` (or `c6a1`, or `dvchost`), `cat` and `msg` come the event's keys.
/// Input:   `max_bytes`: of the message
/// Returns: the message without its framing, keys at its end left out to keep to the limit; empty if none keeps to it.
[[nodiscard]] std::string event_line(const BridgeEvent& event, const Mapping& mapping, RenderingConfig config,
                                     std::string_view id, std::size_t max_bytes);

}  // namespace flowcef
