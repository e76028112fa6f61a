// What `flowcef status` shows to a person: what needs looking at first, then a line for each output and exporter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "flowcef/app/bridge_view.hpp"

namespace flowcef {

/// Exporters that are shown unless all are asked for.
inline constexpr std::size_t kUsuallyShownExporters = 20;

/// Returns: lines, each ended by LF.
/// Input:   now in nanoseconds since 1970 UTC
[[nodiscard]] std::string status_report(const BridgeView& view, std::size_t max_exporters, std::int64_t now_ns);

}  // namespace flowcef
