// Whether the bridge could read what its file inputs follow, told before it runs: a run only logs it, and tries again.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "flowcef/app/privileges.hpp"
#include "flowcef/config/config.hpp"
#include "flowcef/core/source_position.hpp"

namespace flowcef {

/// Input:   `account`: whom the bridge will become; nothing: it stays who it is
/// Returns: an error for each file input of which something is there that cannot be read
/// Thread:  with an account the only one, as it forks.
[[nodiscard]] ConfigErrors check_followed_files(const Config& config, const std::optional<Account>& account,
                                                const std::filesystem::path& file);

/// Returns: for the user, what is there by now; empty for an input of another type
[[nodiscard]] std::string describe_followed_files(const InputConfig& input);

}  // namespace flowcef
