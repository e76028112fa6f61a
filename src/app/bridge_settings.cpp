#include "flowcef/app/bridge_settings.hpp"

#include <exception>
#include <iterator>
#include <utility>

#include "flowcef/config/loader.hpp"
#include "flowcef/log/log.hpp"
#include "flowcef/sink/output.hpp"
#include "flowcef/source/stream_source.hpp"

namespace flowcef {
namespace {

void append(ConfigErrors& errors, ConfigErrors more) {
  errors.insert(errors.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// The files were found readable when the configuration was loaded; here is looked at what they hold.
void check_certificates(const Config& config, const std::filesystem::path& file, ConfigErrors& errors) {
  const auto refuse = [&](const std::string& key, const std::exception& error) {
    errors.push_back({{file.string(), 0, 0}, key, error.what(), "see certs/README.md"});
  };
  for (const InputConfig& input : config.inputs) {
    const auto* stream = std::get_if<StreamSourceConfig>(&input.source);
    if (stream == nullptr || !stream->tls || stream->tls->certificate.empty()) continue;
    try {
      check_listen_tls(*stream->tls);
    } catch (const std::exception& error) {
      refuse("input." + input.name, error);
    }
  }
  const LogFactory silent(spdlog::level::off);
  for (const OutputConfig& output : config.outputs) {
    if (output.sink.transport != Transport::tls) continue;
    SinkConfig sink = output.sink;
    sink.spool.reset();  // a running bridge may have it
    try {
      static_cast<void>(make_output(sink, silent.make("sink")));
    } catch (const std::exception& error) {
      refuse("output." + output.sink.name + ".tls", error);
    }
  }
}

}  // namespace

std::expected<BridgeSettings, ConfigErrors> load_bridge_settings(const std::filesystem::path& file) {
  LoadedConfig loaded = load_config_as_far_as_possible(file);
  ConfigErrors errors = std::move(loaded.errors);
  BridgeSettings settings{std::move(loaded.config), nullptr, std::nullopt};
  if (auto translation = load_bridge_translation(settings.config)) {
    settings.translation = *std::move(translation);
  } else {
    append(errors, std::move(translation.error()));
  }
  if (auto account = find_account(settings.config, file)) {
    settings.account = *std::move(account);
  } else {
    errors.push_back(std::move(account.error()));
  }
  check_certificates(settings.config, file, errors);
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return settings;
}

}  // namespace flowcef
