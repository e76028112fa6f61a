// Reads the table `[events]`.
#pragma once

#include <chrono>
#include <optional>

#include "flowcef/app/events_config.hpp"
#include "flowcef/config/toml_reader.hpp"

namespace flowcef {

/// Leaves `events` as it is where the file says nothing.
void load_events(TableReader& root, EventsConfig& events);

/// Returns: how long an exporter may be silent; 0 for `false`.
[[nodiscard]] std::optional<std::chrono::milliseconds> silence_option(const ValueReader& value);

}  // namespace flowcef
