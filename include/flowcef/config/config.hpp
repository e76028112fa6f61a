// The whole configuration file as plain structs; defaults stand here or in the stage's own struct.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowcef/map/rendering_config.hpp"
#include "flowcef/sink/sink_config.hpp"
#include "flowcef/source/udp_source_config.hpp"

namespace flowcef {

struct OutputConfig {
  SinkConfig sink;
  RenderingConfig rendering;
};

struct Config {
  std::filesystem::path mapping;                ///< absolute, or relative to the working directory
  std::vector<std::filesystem::path> elements;  ///< folders of element tables; empty: those that go with the mapping
  std::filesystem::path state_dir;
  unsigned workers = 0;  ///< ingest threads; 0: one per CPU
  std::string log_level = "info";
  std::chrono::milliseconds stop_deadline{5000};  ///< how long a stop waits for the queues to drain
  std::vector<UdpSourceConfig> inputs;
  std::vector<OutputConfig> outputs;
};

}  // namespace flowcef
