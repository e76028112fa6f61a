#include "flowcef/app/admin_pages.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "flowcef/app/metrics.hpp"
#include "flowcef/app/status_json.hpp"

namespace flowcef {
namespace {

HttpAnswer plain(unsigned status, std::string text) {
  return {status, "text/plain; charset=utf-8", std::move(text) + '\n'};
}

HttpAnswer metrics_page(const HttpRequest& request, const BridgeView& view, std::size_t max_exporters) {
  if (prefers_openmetrics(request.accept)) {
    return {200, "application/openmetrics-text; version=1.0.0; charset=utf-8",
            metrics_text(view, max_exporters, MetricsFormat::openmetrics)};
  }
  return {200, "text/plain; version=0.0.4; charset=utf-8",
          metrics_text(view, max_exporters, MetricsFormat::prometheus)};
}

/// Returns: what stands before the next such character; `text` keeps what stands behind it.
std::string_view cut_at(std::string_view& text, char end) {
  const std::size_t place = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, place);
  text.remove_prefix(std::min(place + 1, text.size()));
  return part;
}

std::string trimmed_lower(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// One of the ranges that an Accept header lists. Source: RFC 9110 section 12.5.1
struct MediaRange {
  std::string type;
  std::string version;
  double quality = 1;
};

MediaRange read_range(std::string_view text) {
  MediaRange range;
  range.type = trimmed_lower(cut_at(text, ';'));
  while (!text.empty()) {
    std::string_view parameter = cut_at(text, ';');
    const std::string name = trimmed_lower(cut_at(parameter, '='));
    const std::string value = trimmed_lower(parameter);
    if (name == "version") range.version = value;
    if (name != "q") continue;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), range.quality);
    if (error != std::errc() || end != value.data() + value.size()) range.quality = 0;
  }
  return range;
}

}  // namespace

bool prefers_openmetrics(std::string_view accept) {
  double openmetrics = 0;
  double text = 0;
  while (!accept.empty()) {
    const MediaRange range = read_range(cut_at(accept, ','));
    if (range.type == "application/openmetrics-text") {
      if (range.version.empty() || range.version == "1.0.0") openmetrics = std::max(openmetrics, range.quality);
    } else if (range.type == "text/plain" || range.type == "text/*" || range.type == "*/*") {
      text = std::max(text, range.quality);
    }
  }
  return openmetrics > 0 && openmetrics >= text;
}

bool names_this_machine(std::string_view host) {
  if (host.empty()) return true;
  if (host.starts_with('['))
    return IpAddress::parse(host.substr(1, std::min(host.find(']'), host.size()) - 1)).has_value();
  const std::string name = trimmed_lower(cut_at(host, ':'));
  return name == "localhost" || IpAddress::parse(name).has_value();
}

HttpAnswer misdirected() {
  return plain(421,
               "listening on a loopback address, this answers to addresses and localhost only, by the Host header; "
               "a proxy in front has to set it");
}

HttpAnswer admin_page(const HttpRequest& request, const BridgeView& view, std::size_t max_exporters,
                      std::int64_t now_ns) {
  if (request.path == "/metrics") return metrics_page(request, view, max_exporters);
  if (request.path == "/status") return {200, "application/json", status_json(view, max_exporters, now_ns)};
  if (request.path != "/healthz" && request.path != "/readyz") {
    return plain(404, "there are /metrics, /healthz, /readyz and /status");
  }
  const std::string illness = illness_of(view, now_ns);
  if (!illness.empty()) return plain(503, illness);
  if (view.is_stopping) return request.path == "/healthz" ? plain(200, "stopping") : plain(503, "stopping");
  return plain(200, "ok");
}

}  // namespace flowcef
