// How a command asks the running bridge for something.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "flowcef/app/control_socket.hpp"

namespace flowcef {

/// Input:  the configuration that the bridge was started with; only its state_dir counts.
/// Errors: the exit status; what is wrong has been said.
[[nodiscard]] std::expected<ControlAnswer, int> ask_bridge_of(const std::filesystem::path& config,
                                                              const std::string& request);

}  // namespace flowcef
