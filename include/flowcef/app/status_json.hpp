// What `/status` and `flowcef status --json` say.
#pragma once

#include <cstddef>
#include <string>

#include "flowcef/app/bridge_view.hpp"

namespace flowcef {

/// Returns: one JSON object, ended by LF. Times are RFC 3339 in UTC.
/// Input:   how many exporters are told of one by one; now in nanoseconds since 1970 UTC
[[nodiscard]] std::string status_json(const BridgeView& view, std::size_t max_exporters, std::int64_t now_ns);

}  // namespace flowcef
