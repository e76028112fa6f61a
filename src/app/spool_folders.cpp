#include "flowcef/app/spool_folders.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <string>

namespace flowcef {
namespace {

using std::filesystem::path;

bool can_become(const std::optional<Account>& account) {
  return account && ::geteuid() == 0;
}

int writable(const path& folder) {
  return ::eaccess(folder.c_str(), W_OK | X_OK) == 0 ? 0 : errno;
}

/// Asks with the rights of the account where this process can become it, otherwise with its own.
/// Returns: an errno, or 0.
int writable_for(const std::optional<Account>& account, const path& folder) {
  if (!can_become(account)) return writable(folder);
  const pid_t child = ::fork();
  if (child < 0) return errno;
  if (child == 0) {
    try {
      drop_privileges(*account);
      ::_exit(writable(folder));
    } catch (const std::exception&) {
      ::_exit(EPERM);
    }
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

bool is_there(const path& file) {
  struct stat found{};
  return ::stat(file.c_str(), &found) == 0;
}

void make_folder(const path& folder, const std::optional<Account>& account) {
  if (folder.empty() || is_there(folder)) return;
  make_folder(folder.parent_path(), account);
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 || !can_become(account)) return;
  [[maybe_unused]] const int unless_refused = ::lchown(folder.c_str(), account->uid, account->gid);
}

/// Returns: an errno, or 0.
int why_unusable(const path& folder, const std::optional<Account>& account) {
  struct stat found{};
  if (::stat(folder.c_str(), &found) == 0) {
    if (!S_ISDIR(found.st_mode)) return ENOTDIR;
    return writable_for(account, folder);
  }
  if (errno != ENOENT) return errno;
  path above = folder.parent_path();
  while (!is_there(above) && above.has_relative_path()) above = above.parent_path();
  return writable(above);
}

std::string own_name() {
  const passwd* const user = ::getpwuid(::geteuid());
  return user == nullptr ? std::to_string(::geteuid()) : user->pw_name;
}

}  // namespace

void create_spool_folders(const Config& config, const std::optional<Account>& account) {
  for (const OutputConfig& output : config.outputs) {
    if (output.sink.spool) make_folder(output.sink.spool->dir, account);
  }
}

ConfigErrors check_spool_folders(const Config& config, const std::optional<Account>& account, const path& file) {
  ConfigErrors errors;
  const std::string user = account ? account->user : own_name();
  for (const OutputConfig& output : config.outputs) {
    if (!output.sink.spool) continue;
    const std::string dir = std::filesystem::absolute(output.sink.spool->dir).string();
    const int reason = why_unusable(dir, account);
    if (reason == 0) continue;
    const bool rights = reason == EACCES || reason == EPERM;
    errors.push_back({{file.string(), 0, 0},
                      "output." + output.sink.name + ".spool.dir",
                      "user " + user + " cannot write to " + dir + ": " + std::strerror(reason),
                      rights ? "mkdir -p " + dir + "; chown -R " + user + ' ' + dir : "choose another folder"});
  }
  return errors;
}

}  // namespace flowcef
