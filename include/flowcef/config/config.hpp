// The whole configuration file as plain structs; defaults stand here or in the stage's own struct.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "flowcef/admin/admin_config.hpp"
#include "flowcef/app/events_config.hpp"
#include "flowcef/decode/decode_config.hpp"
#include "flowcef/decode/identity_config.hpp"
#include "flowcef/lookup/lookup_config.hpp"
#include "flowcef/map/cef_config.hpp"
#include "flowcef/map/mapping_spec.hpp"
#include "flowcef/map/rendering_config.hpp"
#include "flowcef/replicate/replicate_config.hpp"
#include "flowcef/sink/sink_config.hpp"
#include "flowcef/source/dead_letter_config.hpp"
#include "flowcef/source/file_source_config.hpp"
#include "flowcef/source/stream_source_config.hpp"
#include "flowcef/source/tap_config.hpp"
#include "flowcef/source/udp_source_config.hpp"

namespace flowcef {

struct InputConfig {
  std::string name;  ///< for state, logs and counters; unique; `udp:0.0.0.0:2055` unless the file says otherwise
  std::variant<UdpSourceConfig, StreamSourceConfig, TapConfig, FileSourceConfig> source;
  DecodeConfig decode;
  std::optional<SourcePosition> layout_where;  ///< of decode.layout, which only the element registry can check
  std::vector<PositionedText> require;         ///< decode.require.elements, which only the element registry can check
  std::optional<SourcePosition> interface_where;  ///< of a tap, which only this machine can check

  /// `require`, `layout_where` and `interface_where` add nothing but where names stand in the file.
  friend bool operator==(const InputConfig& a, const InputConfig& b) {
    return a.name == b.name && a.source == b.source && a.decode == b.decode;
  }
};

struct OutputConfig {
  SinkConfig sink;
  RenderingConfig rendering;
  std::filesystem::path mapping;  ///< empty: Config::mapping
  CefConfig cef;

  friend bool operator==(const OutputConfig&, const OutputConfig&) = default;
};

struct Config {
  std::filesystem::path mapping;                ///< absolute, or relative to the working directory
  std::vector<std::filesystem::path> elements;  ///< folders of element tables; empty: those that go with the mapping
  std::vector<std::filesystem::path> layouts;   ///< folders of layout files; empty: those that go with the mapping
  std::filesystem::path state_dir;
  unsigned workers = 0;  ///< ingest threads; 0: one per CPU
  std::string log_level = "info";
  std::chrono::milliseconds stop_deadline{5000};  ///< how long a stop waits for the queues to drain
  std::string user;   ///< to become once everything is open; empty: stay who started the program
  std::string group;  ///< empty: the user's own
  std::vector<InputConfig> inputs;
  std::vector<ExporterConfig> exporters;
  std::vector<IdentityRule> identities;
  std::vector<ExporterHost> hosts;              ///< for RenderingConfig::hosts of every output
  std::optional<DeadLetterConfig> dead_letter;  ///< nothing: refused datagrams are only counted
  std::vector<OutputConfig> outputs;
  std::vector<LookupConfig> lookups;
  std::vector<ReplicateConfig> replicates;
  AdminConfig admin;
  EventsConfig events;
};

}  // namespace flowcef
