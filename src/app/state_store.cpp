#include "flowcef/app/state_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "flowcef/core/file_descriptor.hpp"

namespace flowcef {
namespace {

std::unexpected<std::string> system_error(const std::filesystem::path& path) {
  const int error = errno;
  return std::unexpected(path.string() + ": " + std::strerror(error));
}

bool write_all(int descriptor, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// A rename is on disk once its folder is.
bool sync_folder(const std::filesystem::path& path) {
  const FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder.is_open() && ::fsync(folder.get()) == 0;
}

}  // namespace

std::expected<void, std::string> write_state_file(const std::filesystem::path& path, Bytes content) {
  std::filesystem::path beside = path;
  beside += ".new";
  (void)::unlink(beside.c_str());  // left by a crash
  FileDescriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.is_open()) return system_error(beside);
  if (!write_all(file.get(), content) || ::fsync(file.get()) != 0 || !file.close() ||
      ::rename(beside.c_str(), path.c_str()) != 0) {
    auto error = system_error(beside);
    (void)::unlink(beside.c_str());
    return error;
  }
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  if (!sync_folder(folder)) return system_error(folder);
  return {};
}

std::expected<std::optional<std::vector<std::uint8_t>>, std::string> read_state_file(const std::filesystem::path& path,
                                                                                     std::size_t limit) {
  // Not blocking, so that a pipe of that name does not hold the start up.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open() && errno == ENOENT) return std::nullopt;
  struct stat status{};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) return system_error(path);
  if (!S_ISREG(status.st_mode)) return std::unexpected(path.string() + ": is no regular file");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > limit) {
    return std::unexpected(path.string() + ": has " + std::to_string(size) + " bytes, expected at most " +
                           std::to_string(limit));
  }
  std::vector<std::uint8_t> content(size);
  std::size_t have = 0;
  while (have < content.size()) {
    const ssize_t count = ::read(file.get(), content.data() + have, content.size() - have);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(path);
    if (count == 0) break;  // it was cut while we read; its checksum will say so
    have += static_cast<std::size_t>(count);
  }
  content.resize(have);
  return content;
}

}  // namespace flowcef
