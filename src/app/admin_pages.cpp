#include "flowcef/app/admin_pages.hpp"

#include <utility>

#include "flowcef/app/metrics.hpp"
#include "flowcef/app/status_json.hpp"

namespace flowcef {
namespace {

HttpAnswer plain(unsigned status, std::string text) {
  return {status, "text/plain; charset=utf-8", std::move(text) + '\n'};
}

HttpAnswer metrics_page(const HttpRequest& request, const BridgeView& view, std::size_t max_exporters) {
  if (request.accept.find("application/openmetrics-text") != std::string::npos) {
    return {200, "application/openmetrics-text; version=1.0.0; charset=utf-8",
            metrics_text(view, max_exporters, MetricsFormat::openmetrics)};
  }
  return {200, "text/plain; version=0.0.4; charset=utf-8",
          metrics_text(view, max_exporters, MetricsFormat::prometheus)};
}

}  // namespace

HttpAnswer admin_page(const HttpRequest& request, const BridgeView* view, std::size_t max_exporters,
                      std::int64_t now_ns) {
  const bool is_known = request.path == "/metrics" || request.path == "/healthz" || request.path == "/readyz" ||
                        request.path == "/status";
  if (!is_known) return plain(404, "there are /metrics, /healthz, /readyz and /status");
  if (view == nullptr) return request.path == "/healthz" ? plain(200, "starting") : plain(503, "starting");
  if (request.path == "/metrics") return metrics_page(request, *view, max_exporters);
  if (request.path == "/status") return {200, "application/json", status_json(*view, max_exporters, now_ns)};
  const std::string illness = illness_of(*view, now_ns);
  if (!illness.empty()) return plain(503, illness);
  if (view->is_stopping) return request.path == "/healthz" ? plain(200, "stopping") : plain(503, "stopping");
  return plain(200, "ok");
}

}  // namespace flowcef
