#include "flowcef/config/output_loader.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "flowcef/config/delivery_loader.hpp"
#include "flowcef/config/path_option.hpp"
#include "flowcef/config/receivers_loader.hpp"
#include "flowcef/config/rendering_loader.hpp"
#include "flowcef/config/spool_loader.hpp"
#include "flowcef/config/text_option.hpp"
#include "flowcef/config/tls_loader.hpp"

namespace flowcef {
namespace {

constexpr std::array kRenamed = {RenamedKey{"write_timeout", "peer_timeout"}};

}  // namespace

OutputConfig load_output(TableReader& table, const std::filesystem::path& base,
                         const std::filesystem::path& state_dir) {
  OutputConfig output;
  SinkConfig& sink = output.sink;
  if (const auto value = table.require("name", "a name for logs and counters, such as \"siem\"")) {
    if (auto name = name_option(*value)) {
      sink.name = std::move(*name);
      table.rename("output." + sink.name);
    }
  }
  const bool has_target = load_receivers(table, base, sink);
  table.read("mapping", output.mapping,
             [&base](const ValueReader& value) { return readable_file_option(value, base); });
  load_rendering(table, has_target, output);
  load_delivery(table, has_target, sink);
  output.rendering.follows_path = sink.udp.fragment == Fragment::path_mtu && !sink.udp.tcp_fallback;
  load_tls(table, has_target, base, sink);
  load_spool(table, has_target, base, state_dir, sink);
  table.refuse_unread(kRenamed);
  return output;
}

}  // namespace flowcef
