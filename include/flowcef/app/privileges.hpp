// Gives up root's rights once everything that needs them is open.
#pragma once

#include <sys/types.h>

#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "flowcef/app/capabilities.hpp"
#include "flowcef/config/config.hpp"
#include "flowcef/core/source_position.hpp"

namespace flowcef {

/// Whom to become.
struct Account {
  std::string user;
  uid_t uid = 0;
  gid_t gid = 0;
};

/// Input:   `file`: the configuration, for the error.
/// Returns: nothing if the configuration names no user.
/// Errors:  the system does not know the user or the group, or the user is root itself.
[[nodiscard]] std::expected<std::optional<Account>, ConfigError> find_account(const Config& config,
                                                                              const std::filesystem::path& file);

/// Becomes the account for good, with its groups alone and with limit_rights(). A process that is the account already
/// only does the latter.
/// Thread: before others are started.
/// Errors: std::runtime_error with a text for the user; the process must not go on then.
void drop_privileges(const Account& account, const Capabilities& kept);

/// Asks with the rights of the account where this process can become it, otherwise with its own.
/// Input:   what returns an errno, or 0
/// Returns: the same
/// Thread:  with an account the only one, as it forks.
[[nodiscard]] int ask_as(const std::optional<Account>& account, const std::function<int()>& question);

/// Stays who it is and gives up all capabilities but these; programs that it starts get no more rights either
/// (PR_SET_NO_NEW_PRIVS).
/// Thread, errors: as drop_privileges()
void limit_rights(const Capabilities& kept);

}  // namespace flowcef
