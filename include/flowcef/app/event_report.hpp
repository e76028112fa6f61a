// What the parts of the watch have in common: how they tell what they found.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/app/event_kind.hpp"
#include "flowcef/map/bridge_event.hpp"

namespace flowcef {

struct Finding {
  EventKind kind;
  std::string subject;                ///< the exporter or output, for the limits
  std::optional<IpAddress> exporter;  ///< nothing: it is of the bridge
  std::string text;
  std::vector<BridgeEvent::Key> keys;
};

/// Returns: false if the finding has to wait: to be asked again later, for all that there is by then.
using ReportFinding = std::function<bool(Finding)>;

[[nodiscard]] inline std::int64_t to_ns(std::chrono::nanoseconds time) noexcept {
  return time.count();
}

/// Returns: `cnt=` so many
[[nodiscard]] inline BridgeEvent::Key count_key(std::uint64_t count) {
  return {"cnt", std::to_string(count), false};
}

/// Returns: a key of the bridge's own.
[[nodiscard]] inline BridgeEvent::Key own_key(std::string name, std::uint64_t number) {
  return {std::move(name), std::to_string(number), true};
}

/// Adds cs1 and its label.
inline void add_place(std::vector<BridgeEvent::Key>& keys, std::string label, std::string value) {
  keys.push_back({"cs1", std::move(value), false, std::move(label)});
}

}  // namespace flowcef
