// `flowcef check --against`: what receivers would lose of a configuration's lines.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "flowcef/app/receiver_model.hpp"
#include "flowcef/app/translation.hpp"

namespace flowcef {

/// Shows every model the lines of every output: those of the captures, decoded as the first input does, or without any
/// those of made-up records.
/// Returns: whether a line or key would be lost.
/// Errors:  std::runtime_error: a capture cannot be read, or has no record.
[[nodiscard]] bool try_receivers(const Config& config, const BridgeTranslation& translation,
                                 const std::vector<ReceiverModel>& models, const std::vector<std::string>& captures,
                                 std::ostream& out);

/// Returns: where the models are that come with the program.
[[nodiscard]] std::filesystem::path receiver_models_folder();

}  // namespace flowcef
