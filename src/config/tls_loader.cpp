#include "flowcef/config/tls_loader.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flowcef/config/path_option.hpp"
#include "flowcef/config/target.hpp"
#include "flowcef/config/text_file.hpp"
#include "flowcef/config/text_option.hpp"

namespace flowcef {
namespace {

using std::chrono::milliseconds;

bool is_server_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::optional<std::vector<std::string>> fingerprints_option(const ValueReader& value) {
  std::vector<std::string> fingerprints;
  for (const ValueReader& item : value.one_or_more("fingerprints such as \"sha-256:AA:BB:...\"")) {
    auto fingerprint = fingerprint_option(item);
    if (fingerprint) fingerprints.push_back(*std::move(fingerprint));
  }
  return fingerprints;
}

}  // namespace

void load_tls(TableReader& output, bool has_target, const std::filesystem::path& base, SinkConfig& sink) {
  const auto value = output.find("tls");
  if (!value) return;
  auto table = value->table();
  if (!table) return;
  if (has_target && sink.transport != Transport::tls) {
    table->refuse("", only_for(kTlsOutputs, sink.transport), "remove the table, or send to tls://");
  }
  const auto file = [&base](const ValueReader& reader) {
    const auto path = readable_file_option(reader, base);
    return path ? std::optional(path->string()) : std::nullopt;
  };
  TlsConfig& tls = sink.tls;
  table->read("ca", tls.ca, file);
  const bool has_certificate = table->read("certificate", tls.certificate, file);
  const bool has_key = table->read("key", tls.key, file);
  tls.files_hash = hash_of_files({tls.ca, tls.certificate, tls.key});
  table->read("verify", tls.verify, [](const ValueReader& reader) { return reader.boolean(); });
  table->read("server_name", tls.server_name,
              [](const ValueReader& reader) { return reader.text("a host name", is_server_name); });
  table->read("fingerprint", tls.fingerprints, fingerprints_option);
  table->read("accepted_after", tls.accepted_after,
              [](const ValueReader& reader) { return reader.duration(milliseconds(0), std::chrono::hours(1)); });
  if (has_certificate && !has_key) table->refuse("key", "missing, expected the private key of the certificate");
  if (has_key && !has_certificate) table->refuse("certificate", "missing, expected the certificate of the key");
  table->refuse_unread();
}

}  // namespace flowcef
