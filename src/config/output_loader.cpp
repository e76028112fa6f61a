#include "flowcef/config/output_loader.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "flowcef/config/delivery_loader.hpp"
#include "flowcef/config/path_option.hpp"
#include "flowcef/config/rendering_loader.hpp"
#include "flowcef/config/target.hpp"
#include "flowcef/config/text_option.hpp"
#include "flowcef/config/tls_loader.hpp"

namespace flowcef {
namespace {

constexpr std::array kRenamed = {RenamedKey{"write_timeout", "peer_timeout"}};

/// Returns: whether there is a target, which decides the defaults and what else is allowed.
bool read_target(TableReader& table, const std::filesystem::path& base, SinkConfig& sink) {
  const auto value = table.require("to", "where to send, such as \"udp://siem.example.com:514\"");
  if (!value) return false;
  const auto text = value->text();
  if (!text) return false;
  auto target = parse_target(*text);
  if (!target) {
    value->refuse_as_not(target.error().expected, target.error().hint);
    return false;
  }
  sink.transport = target->transport;
  sink.host = std::move(target->host);
  sink.port = target->port;
  if (sink.transport == Transport::file) sink.path = (base / target->path).lexically_normal().string();
  return true;
}

}  // namespace

OutputConfig load_output(TableReader& table, const std::filesystem::path& base) {
  OutputConfig output;
  SinkConfig& sink = output.sink;
  if (const auto value = table.require("name", "a name for logs and counters, such as \"siem\"")) {
    if (auto name = name_option(*value)) {
      sink.name = std::move(*name);
      table.rename("output." + sink.name);
    }
  }
  const bool has_target = read_target(table, base, sink);
  table.read("mapping", output.mapping,
             [&base](const ValueReader& value) { return readable_file_option(value, base); });
  load_rendering(table, has_target, output);
  load_delivery(table, has_target, sink);
  output.rendering.follows_path = sink.udp.fragment == Fragment::path_mtu && !sink.udp.tcp_fallback;
  load_tls(table, has_target, base, sink);
  table.refuse_unread(kRenamed);
  return output;
}

}  // namespace flowcef
