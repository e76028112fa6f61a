// How a command asks the running bridge for something.
#pragma once

#include <chrono>
#include <expected>
#include <filesystem>
#include <string>

#include "flowcef/app/control_socket.hpp"

namespace flowcef {

/// Input:  the configuration that the bridge was started with; only its state_dir counts. `patience`: as ask_bridge()
/// Errors: the exit status; what is wrong has been said.
[[nodiscard]] std::expected<ControlAnswer, int> ask_bridge_of(const std::filesystem::path& config,
                                                              const std::string& request,
                                                              std::chrono::milliseconds patience);

}  // namespace flowcef
