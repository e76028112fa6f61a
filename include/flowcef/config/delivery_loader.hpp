// Turns the keys of one [[output]] that decide how lines travel into plain structs.
#pragma once

#include "flowcef/config/toml_reader.hpp"
#include "flowcef/sink/sink_config.hpp"

namespace flowcef {

/// Input:  `sink`: with its target, if `has_target`; what the file does not say stays as it is.
/// Errors: to the reader's collector; keys that the output's transport does not have are refused.
void load_delivery(TableReader& table, bool has_target, SinkConfig& sink);

}  // namespace flowcef
