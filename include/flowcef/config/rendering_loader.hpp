// What of an `[[output]]` decides the text of its lines: profile, syslog header, framing, CEF.
#pragma once

#include "flowcef/config/config.hpp"
#include "flowcef/config/toml_reader.hpp"

namespace flowcef {

/// Reads the keys into `output.rendering` and `output.cef`. What the transport sets gives way to the profile, and that
/// to single keys.
/// Input: whether the output's transport is known; without it, nothing is said against the keys of any.
void load_rendering(TableReader& table, bool has_target, OutputConfig& output);

}  // namespace flowcef
