// The pages of the admin endpoint, by their paths.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flowcef/admin/http_server.hpp"
#include "flowcef/app/bridge_view.hpp"

namespace flowcef {

/// Returns: the page; status 404 with the paths there are for any other one. `/healthz` has 503 while a worker is stuck,
///          `/readyz` before everything is open and once the bridge stops.
/// Input:   `view`: null before everything is open; now in nanoseconds since 1970 UTC
[[nodiscard]] HttpAnswer admin_page(const HttpRequest& request, const BridgeView* view, std::size_t max_exporters,
                                    std::int64_t now_ns);

}  // namespace flowcef
