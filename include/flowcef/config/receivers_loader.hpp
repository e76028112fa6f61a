// Where an output sends to: one destination, or several receivers that share its lines.
#pragma once

#include <filesystem>

#include "flowcef/config/toml_reader.hpp"
#include "flowcef/sink/sink_config.hpp"

namespace flowcef {

/// Reads `to`, `mode` and `failback_after`.
/// Input:   `base`: where relative paths start
/// Returns: whether there is a target, which decides the defaults and what else is allowed.
/// Errors:  to the reader's collector.
[[nodiscard]] bool load_receivers(TableReader& output, const std::filesystem::path& base, SinkConfig& sink);

}  // namespace flowcef
