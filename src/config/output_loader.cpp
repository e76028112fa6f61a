#include "flowcef/config/output_loader.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "flowcef/config/path_option.hpp"
#include "flowcef/config/rendering_loader.hpp"
#include "flowcef/config/target.hpp"
#include "flowcef/config/text_file.hpp"
#include "flowcef/config/text_option.hpp"

namespace flowcef {
namespace {

using std::chrono::milliseconds;

constexpr std::array kQueueFull = {Choice{"drop_oldest", QueueFull::drop_oldest},
                                   Choice{"drop_newest", QueueFull::drop_newest}};

constexpr std::int64_t kMinQueue = std::int64_t{256} << 10;  // room for a few batches of 64 KiB
constexpr std::int64_t kMaxQueue = std::int64_t{64} << 30;

bool is_server_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

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

void read_tls(TableReader& output, Transport transport, bool has_target, const std::filesystem::path& base,
              TlsConfig& tls) {
  const auto value = output.find("tls");
  if (!value) return;
  auto table = value->table();
  if (!table) return;
  if (has_target && transport != Transport::tls) {
    table->refuse("", "only for tls://, but this output is " + std::string(scheme_of(transport)),
                  "remove the table, or send to tls://");
  }
  const auto file = [&base](const ValueReader& reader) {
    const auto path = readable_file_option(reader, base);
    return path ? std::optional(path->string()) : std::nullopt;
  };
  table->read("ca", tls.ca, file);
  const bool has_certificate = table->read("certificate", tls.certificate, file);
  const bool has_key = table->read("key", tls.key, file);
  tls.files_hash = hash_of_files({tls.ca, tls.certificate, tls.key});
  table->read("verify", tls.verify, [](const ValueReader& reader) { return reader.boolean(); });
  table->read("server_name", tls.server_name,
              [](const ValueReader& reader) { return reader.text("a host name", is_server_name); });
  if (has_certificate && !has_key) table->refuse("key", "missing, expected the private key of the certificate");
  if (has_key && !has_certificate) table->refuse("certificate", "missing, expected the certificate of the key");
  table->refuse_unread();
}

void read_queue_and_connection(TableReader& table, SinkConfig& sink) {
  const auto wait = [](const ValueReader& value) { return value.duration(milliseconds(10), std::chrono::hours(1)); };
  table.read("queue", sink.queue_bytes, [](const ValueReader& value) { return value.size(kMinQueue, kMaxQueue); });
  table.read("queue_full", sink.queue_full, [](const ValueReader& value) { return value.choice(kQueueFull); });
  table.read("required", sink.required, [](const ValueReader& value) { return value.boolean(); });
  table.read("connect_timeout", sink.connect_timeout, wait);
  table.read("peer_timeout", sink.peer_timeout, wait);
  const bool has_min = table.read("backoff_min", sink.backoff_min, wait);
  const bool has_max = table.read("backoff_max", sink.backoff_max, wait);
  if (sink.backoff_min <= sink.backoff_max) return;
  const auto place = table.find(has_min ? "backoff_min" : "backoff_max");
  if (has_min || has_max) place->refuse_as_not("backoff_min no longer than backoff_max");
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
  read_queue_and_connection(table, sink);
  read_tls(table, sink.transport, has_target, base, sink.tls);
  table.refuse_unread();
  return output;
}

}  // namespace flowcef
