// Turns [output.tls] into a plain struct.
#pragma once

#include <filesystem>

#include "flowcef/config/toml_reader.hpp"
#include "flowcef/sink/sink_config.hpp"

namespace flowcef {

/// Input:  `output`: the table of the output; `base`: where relative paths start; `sink`: with its target, if
///         `has_target`
/// Errors: to the reader's collector.
void load_tls(TableReader& output, bool has_target, const std::filesystem::path& base, SinkConfig& sink);

}  // namespace flowcef
