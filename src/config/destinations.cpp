#include "flowcef/config/destinations.hpp"

#include <string_view>
#include <vector>

#include "flowcef/config/target.hpp"

namespace flowcef {
namespace {

/// Returns: the same text for outputs that send to the same place.
std::string destination_of(const SinkConfig& sink, const Receiver& receiver) {
  std::string scheme(scheme_of(sink.transport));
  if (sink.transport == Transport::standard_output) return scheme;
  if (sink.transport == Transport::file) return scheme + ':' + sink.path;
  return scheme + "://" + normal_host(receiver.host) + ' ' + std::to_string(receiver.port);
}

/// Units: bytes; 0: unlimited
std::size_t limit_of(const OutputConfig& output) {
  const bool udp = output.sink.transport == Transport::udp;
  return udp ? output.sink.udp.max_message_bytes : output.rendering.max_bytes;
}

/// Returns: the keys, of those that decide the text of lines, that are not the same; `header, host`.
std::string differing_keys(const OutputConfig& a, const OutputConfig& b, const std::filesystem::path& mapping) {
  const auto mapping_of = [&](const OutputConfig& output) { return output.mapping.empty() ? mapping : output.mapping; };
  struct Row {
    std::string_view key;
    bool same;
  };
  const RenderingConfig& left = a.rendering;
  const RenderingConfig& right = b.rendering;
  std::string keys;
  for (const Row& row :
       {Row{"mapping", mapping_of(a) == mapping_of(b)}, Row{"cef_version", a.cef.version == b.cef.version},
        Row{"time", a.cef.time == b.cef.time}, Row{"zone", a.cef.local_time == b.cef.local_time},
        Row{"bytes", a.cef.swap_bytes == b.cef.swap_bytes}, Row{"wide_in", left.wide_in == right.wide_in},
        Row{"header", left.header == right.header}, Row{"host", left.host == right.host},
        Row{"facility", left.facility == right.facility}, Row{"severity", left.severity == right.severity},
        Row{"tag", left.tag == right.tag}, Row{"header_time", left.utc == right.utc},
        Row{"padded_day", left.padded_day == right.padded_day}, Row{"framing", left.framing == right.framing},
        Row{"max_message_bytes", limit_of(a) == limit_of(b)},
        Row{"oversize", left.shed == right.shed && a.sink.udp.tcp_fallback == b.sink.udp.tcp_fallback},
        Row{"fragment", left.follows_path == right.follows_path}}) {
    if (row.same) continue;
    keys += keys.empty() ? "" : ", ";
    keys += row.key;
  }
  return keys;
}

}  // namespace

void Destinations::check(const ValueReader& to, const OutputConfig& output, const std::filesystem::path& mapping) {
  const std::vector<Receiver> receivers = receivers_of(output.sink);
  const std::vector<ValueReader> places = to.one_or_more("");
  for (std::size_t i = 0; i < receivers.size(); ++i) {
    check_one(places[i], destination_of(output.sink, receivers[i]), output, mapping);
  }
}

void Destinations::check_one(const ValueReader& place, const std::string& destination, const OutputConfig& output,
                             const std::filesystem::path& mapping) {
  const auto [entry, is_new] = first_.try_emplace(destination, First{output, place.place()});
  if (is_new) return;
  const First& first = entry->second;
  const std::string keys = differing_keys(first.output, output, mapping);
  const std::string before = "output." + first.output.sink.name + " at line " + std::to_string(first.place.line);
  if (keys.empty()) {
    place.refuse("expected one output per destination, but " + before + " sends there",
                 "every event would arrive twice: remove one of them");
  } else {
    place.refuse("expected one format per destination, but " + before + " sends there otherwise",
                 "they differ in " + keys + ": send one of them elsewhere, or remove it");
  }
}

}  // namespace flowcef
