// What a start and a reload of the pipeline have in common.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "flowcef/app/translation.hpp"
#include "flowcef/config/config.hpp"
#include "flowcef/log/log.hpp"
#include "flowcef/source/dead_letter_file.hpp"

namespace flowcef {

/// Returns: the outputs, each with the names of the exporters.
[[nodiscard]] std::vector<OutputConfig> outputs_with_hosts(const Config& config);
[[nodiscard]] std::vector<const Mapping*> mappings_of_outputs(const BridgeTranslation& translation);
/// Input:   index into Config::inputs
/// Returns: null if no log lines come in by it
[[nodiscard]] std::shared_ptr<const LogPatterns> patterns_of_input(const BridgeTranslation& translation,
                                                                   std::size_t input);
/// Returns: null if none are to be kept.
[[nodiscard]] std::unique_ptr<DeadLetterFile> open_dead_letters(const std::optional<DeadLetterConfig>& config,
                                                                const Logger& log);
/// The settings of the source proper, and who may connect, which the configuration has for all kinds of inputs alike.
[[nodiscard]] StreamSourceConfig stream_settings(const InputConfig& input);

}  // namespace flowcef
