// What `/metrics` says of the running bridge.
#pragma once

#include <cstddef>
#include <string>

#include "flowcef/app/bridge_view.hpp"
#include "flowcef/app/metrics_page.hpp"

namespace flowcef {

/// Input: how many exporters get series of their own; the others are summed up in `flowcef_exporters_not_shown_*`
[[nodiscard]] std::string metrics_text(const BridgeView& view, std::size_t max_exporters, MetricsFormat format);

}  // namespace flowcef
