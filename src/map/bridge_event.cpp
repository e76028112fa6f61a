#include "flowcef/map/bridge_event.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "flowcef/core/cef_escape.hpp"
#include "flowcef/map/syslog_envelope.hpp"
#include "time_text.hpp"

namespace flowcef {
namespace {

constexpr int kHeaderFields = 4;  // CEF and its version, vendor, product, version

bool is_printable_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string syslog_header(const BridgeEvent& event, RenderingConfig config) {
  ExportContext context;
  context.received_ns = event.time_ms * 1'000'000;
  if (event.exporter) {
    context.exporter.address = *event.exporter;
  } else {
    if (config.host.empty()) config.host = machine_name();
    config.hosts.clear();
  }
  if (!config.severity) config.severity = syslog_severity(event.severity);
  return std::string(SyslogEnvelope(config).render(context));
}

std::string time_text(const Mapping& mapping, std::int64_t ms) {
  const auto key = std::ranges::find(mapping.keys, "rt", &MappedKey::key);
  if (key == mapping.keys.end()) return std::to_string(ms);
  std::array<char, kMaxTimeText> text{};
  LocalZone zone;
  const char* const end = write_time_text(text.data(), ms, key->time, key->local_time ? &zone : nullptr);
  return {text.data(), static_cast<std::size_t>(end - text.data())};
}

}  // namespace

std::string cef_head(const Mapping& mapping) {
  const auto rule = std::find_if(mapping.events.rbegin(), mapping.events.rend(),
                                 [](const EventRule& event) { return !event.header.empty(); });
  if (rule == mapping.events.rend()) return "CEF:0|Flowcef|Bridge|" FLOWCEF_VERSION "|";
  const std::string_view header = rule->header;
  std::size_t end = 0;
  for (int fields = 0; fields < kHeaderFields; ++end) {
    if (header[end] == '\\') {
      ++end;
    } else if (header[end] == '|') {
      ++fields;
    }
  }
  return std::string(header.substr(0, end));
}

std::string machine_name() {
  std::array<char, kMaxHostName + 1> name{};
  return gethostname(name.data(), name.size() - 1) == 0 && is_printable_word(name.data()) ? name.data() : "";
}

std::string event_line(const BridgeEvent& event, const Mapping& mapping, RenderingConfig config, std::string_view id,
                       std::size_t max_bytes) {
  std::string line = syslog_header(event, std::move(config)) + cef_head(mapping);
  line.append(event.signature).append("|").append(event.name).append("|");
  line += std::to_string(event.severity) + "|rt=" + time_text(mapping, event.time_ms);
  line.append(" externalId=").append(id);
  const auto add = [&](const std::string& name, std::string_view value, const std::string& label = {}) {
    const std::string escaped = escape_extension_value(value);
    if (escaped.empty()) return;
    std::string pair = " " + name + "=" + escaped;
    if (!label.empty()) pair += " " + name + "Label=" + label;
    if (line.size() + pair.size() <= max_bytes) line += pair;
  };
  if (!event.exporter) {
    add("dvchost", machine_name());
  } else if (event.exporter->is_v4()) {
    add("dvc", event.exporter->to_string());
  } else {
    add("c6a1", event.exporter->to_string(), "Device IPv6 Address");
  }
  add("cat", "flowcef");
  add("msg", event.text);
  for (const BridgeEvent::Key& key : event.keys) {
    add(key.prefixed ? mapping.prefix + key.name : key.name, key.value, key.label);
  }
  return line.size() <= max_bytes ? line : std::string();
}

}  // namespace flowcef
