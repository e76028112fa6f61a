// The pages of the admin endpoint, by their paths.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "flowcef/admin/http_server.hpp"
#include "flowcef/app/bridge_view.hpp"

namespace flowcef {

/// Returns: the page; status 404 with the paths there are for any other one. `/healthz` has 503 while a worker is stuck,
///          `/readyz` then too and once the bridge stops.
/// Input:   now in nanoseconds since 1970 UTC
[[nodiscard]] HttpAnswer admin_page(const HttpRequest& request, const BridgeView& view, std::size_t max_exporters,
                                    std::int64_t now_ns);

/// Returns: whether who asks by this Accept header rather has OpenMetrics 1.0 than Prometheus's own text.
[[nodiscard]] bool prefers_openmetrics(std::string_view accept);

/// Returns: whether a Host header is an address, `localhost` or missing. A name of somebody's own may have been pointed at
///          this machine to have a browser read what is for this machine alone (DNS rebinding).
[[nodiscard]] bool names_this_machine(std::string_view host);

/// Returns: what to answer to another one.
[[nodiscard]] HttpAnswer misdirected();

}  // namespace flowcef
