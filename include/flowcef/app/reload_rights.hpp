// Whether a reload, which runs as the user that the bridge has become, can read and write what it needs.
#pragma once

#include <filesystem>

#include "flowcef/app/privileges.hpp"
#include "flowcef/config/config.hpp"
#include "flowcef/core/source_position.hpp"

namespace flowcef {

/// Loads everything as the account would, with its rights alone: whatever a reload reads is tried.
/// Input:   a configuration that this process can load without errors
/// Returns: what the account could not load; nothing if this process cannot become somebody else.
/// Thread:  the only one, as it forks.
[[nodiscard]] ConfigErrors check_reload_rights(const Account& account, const std::filesystem::path& file);

}  // namespace flowcef
