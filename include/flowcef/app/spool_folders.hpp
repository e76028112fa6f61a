// The folders and files that the bridge writes to, as long as none is open: whether it could, and making those that are
// missing while that is still allowed.
#pragma once

#include <filesystem>
#include <optional>

#include "flowcef/app/privileges.hpp"
#include "flowcef/config/config.hpp"
#include "flowcef/core/source_position.hpp"

namespace flowcef {

/// Makes missing folders, with those above them, and hands what it made to the account if this is root's process. Those
/// that are there keep their owner: they may be anybody's. What cannot be made, check_spool_folders() tells.
void create_spool_folders(const Config& config, const std::optional<Account>& account);

/// Makes the missing files of outputs and dead letters and hands them to the account if this is root's process: a reload
/// and a rotation, both as that user, open them again. What cannot be made, the outputs tell that want to open it.
void create_output_files(const Config& config, const std::optional<Account>& account);

/// Makes nothing.
/// Input:   `account`: whom the bridge will become after it has made missing folders; nothing: it stays who it is
/// Returns: an error for each folder that the bridge could not write to if the user of this process started it.
/// Thread:  with an account the only one, as it forks.
[[nodiscard]] ConfigErrors check_spool_folders(const Config& config, const std::optional<Account>& account,
                                               const std::filesystem::path& file);

/// The same for state_dir, the folder of dead_letter and the files of outputs, for whose lack no start fails: a reload does,
/// or something is not kept.
[[nodiscard]] ConfigErrors check_state_folders(const Config& config, const std::optional<Account>& account,
                                               const std::filesystem::path& file);

}  // namespace flowcef
