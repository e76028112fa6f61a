#include "flowcef/app/spool_folders.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "flowcef/core/file_descriptor.hpp"

namespace flowcef {
namespace {

using std::filesystem::path;

bool can_become(const std::optional<Account>& account) {
  return account && ::geteuid() == 0;
}

int writable(const path& file) {
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) return errno;
  return ::eaccess(file.c_str(), S_ISDIR(found.st_mode) ? W_OK | X_OK : W_OK) == 0 ? 0 : errno;
}

/// Returns: an errno, or 0.
int writable_for(const std::optional<Account>& account, const path& folder) {
  return ask_as(account, [&] { return writable(folder); });
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

/// With O_EXCL no link is followed, and what somebody else made meanwhile stays theirs.
void make_file(const path& file, mode_t mode, const Account& account) {
  const FileDescriptor made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!made.is_open()) return;
  [[maybe_unused]] const int unless_refused = ::fchown(made.get(), account.uid, account.gid);
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

/// Returns: nothing if the folder is or would be of use.
std::optional<ConfigError> error_of(const path& folder, const std::string& key, const std::optional<Account>& account,
                                    const path& file) {
  const std::string dir = std::filesystem::absolute(folder).string();
  const int reason = why_unusable(dir, account);
  if (reason == 0) return std::nullopt;
  const std::string user = account ? account->user : own_name();
  const bool rights = reason == EACCES || reason == EPERM;
  return ConfigError{{file.string(), 0, 0},
                     key,
                     "user " + user + " cannot write to " + dir + ": " + std::strerror(reason),
                     rights ? "mkdir -p " + dir + "; chown -R " + user + ' ' + dir : "choose another folder"};
}

/// A reload opens it anew, so that it must be there for the account, or its folder if it is not there yet.
std::optional<ConfigError> unwritable_output(const SinkConfig& output, const std::optional<Account>& account,
                                             const path& file) {
  const path target = std::filesystem::absolute(output.path);
  const int reason = writable_for(account, is_there(target) ? target : target.parent_path());
  if (reason == 0) return std::nullopt;
  const std::string user = account ? account->user : own_name();
  return ConfigError{{file.string(), 0, 0},
                     "output." + output.name + ".to",
                     "user " + user + " cannot write to " + target.string() + ": " + std::strerror(reason),
                     "a reload opens it anew as that user: chown " + user + ' ' + target.string()};
}

}  // namespace

void create_spool_folders(const Config& config, const std::optional<Account>& account) {
  for (const OutputConfig& output : config.outputs) {
    if (output.sink.spool) make_folder(output.sink.spool->dir, account);
  }
}

void create_output_files(const Config& config, const std::optional<Account>& account) {
  if (!can_become(account)) return;
  for (const OutputConfig& output : config.outputs) {
    if (output.sink.transport == Transport::file) make_file(output.sink.path, 0640, *account);
  }
  if (config.dead_letter) make_file(config.dead_letter->path, 0600, *account);
}

ConfigErrors check_spool_folders(const Config& config, const std::optional<Account>& account, const path& file) {
  ConfigErrors errors;
  for (const OutputConfig& output : config.outputs) {
    if (!output.sink.spool) continue;
    auto error = error_of(output.sink.spool->dir, "output." + output.sink.name + ".spool.dir", account, file);
    if (error) errors.push_back(*std::move(error));
  }
  return errors;
}

ConfigErrors check_state_folders(const Config& config, const std::optional<Account>& account, const path& file) {
  ConfigErrors errors;
  if (auto error = error_of(config.state_dir, "state_dir", account, file)) errors.push_back(*std::move(error));
  if (config.dead_letter) {
    const path folder = std::filesystem::absolute(config.dead_letter->path).parent_path();
    if (auto error = error_of(folder, "dead_letter.file", account, file)) errors.push_back(*std::move(error));
  }
  for (const OutputConfig& output : config.outputs) {
    if (output.sink.transport != Transport::file) continue;
    if (auto error = unwritable_output(output.sink, account, file)) errors.push_back(*std::move(error));
  }
  return errors;
}

}  // namespace flowcef
