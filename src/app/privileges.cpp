#include "flowcef/app/privileges.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace flowcef {
namespace {

ConfigError unfit(const std::filesystem::path& file, std::string key, std::string problem, std::string hint) {
  return {{file.string(), 0, 0}, std::move(key), std::move(problem), std::move(hint)};
}

[[noreturn]] void fail(const Account& account, const std::string& reason) {
  throw std::runtime_error("cannot become user " + account.user + ": " + reason);
}

void require_success(int result, const Account& account, const char* call) {
  if (result != 0) fail(account, std::string(call) + ": " + std::strerror(errno));
}

bool has_only_ids_of(const Account& account) {
  uid_t uids[3];
  gid_t gids[3];
  if (::getresuid(&uids[0], &uids[1], &uids[2]) != 0 || ::getresgid(&gids[0], &gids[1], &gids[2]) != 0) return false;
  for (const uid_t uid : uids) {
    if (uid != account.uid) return false;
  }
  for (const gid_t gid : gids) {
    if (gid != account.gid) return false;
  }
  return true;
}

/// Groups before the user: only root may change them. With the last user id 0 the kernel would take all capabilities
/// away, were it not told to leave them to be chosen from.
void change_ids(const Account& account) {
  bar_ways_to_capabilities();
  require_success(::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), account, "prctl");
  require_success(::initgroups(account.user.c_str(), account.gid), account, "initgroups");
  require_success(::setresgid(account.gid, account.gid, account.gid), account, "setresgid");
  require_success(::setresuid(account.uid, account.uid, account.uid), account, "setresuid");
  require_success(::prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0), account, "prctl");
}

}  // namespace

std::expected<std::optional<Account>, ConfigError> find_account(const Config& config,
                                                                const std::filesystem::path& file) {
  if (config.user.empty()) return std::nullopt;
  const passwd* const user = ::getpwnam(config.user.c_str());
  if (user == nullptr) {
    return std::unexpected(unfit(file, "user", "the system has no user " + config.user,
                                 "make one with: useradd --system --no-create-home " + config.user));
  }
  if (user->pw_uid == 0) {
    return std::unexpected(unfit(file, "user", "expected a user with less rights than root", "or remove the key"));
  }
  Account account{config.user, user->pw_uid, user->pw_gid};
  if (config.group.empty()) return account;
  const group* const group = ::getgrnam(config.group.c_str());
  if (group == nullptr) return std::unexpected(unfit(file, "group", "the system has no group " + config.group, ""));
  account.gid = group->gr_gid;
  return account;
}

void drop_privileges(const Account& account, const Capabilities& kept) {
  if (::geteuid() == 0) {
    change_ids(account);
  } else if (!has_only_ids_of(account)) {
    fail(account, "only root can; start it as root or as " + account.user + ", or take user out of the configuration");
  }
  limit_rights(kept);
  if (!has_only_ids_of(account) || ::setuid(0) == 0) fail(account, "root's rights are still within reach");
}

int ask_as(const std::optional<Account>& account, const std::function<int()>& question) {
  if (!account || ::geteuid() != 0) return question();
  const pid_t child = ::fork();
  if (child < 0) return errno;
  if (child == 0) {
    try {
      drop_privileges(*account, {});
      ::_exit(question());
    } catch (const std::exception&) {
      ::_exit(EPERM);
    }
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

void limit_rights(const Capabilities& kept) {
  keep_capabilities(kept);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) throw std::system_error(errno, std::system_category(), "prctl");
}

}  // namespace flowcef
