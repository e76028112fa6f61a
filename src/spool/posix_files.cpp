#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "flowcef/core/file_descriptor.hpp"
#include "flowcef/spool/spool_files.hpp"

namespace flowcef {
namespace {

[[noreturn]] void throw_error(const std::string& path) {
  throw std::system_error(errno, std::generic_category(), path);
}

/// Repeats a system call that a signal has interrupted.
template <class Call>
auto retried(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class PosixFile final : public SpoolFile {
 public:
  PosixFile(FileDescriptor descriptor, std::string path) : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  void write(std::uint64_t offset, std::span<const std::string_view> pieces) override {
    std::vector<iovec> rest;
    rest.reserve(pieces.size());
    for (const std::string_view piece : pieces) rest.push_back({const_cast<char*>(piece.data()), piece.size()});
    std::span<iovec> left(rest);
    while (!left.empty()) {
      const int count = static_cast<int>(std::min<std::size_t>(left.size(), IOV_MAX));
      const ssize_t written =
          retried([&] { return ::pwritev(descriptor_.get(), left.data(), count, static_cast<off_t>(offset)); });
      if (written < 0) throw_error(path_);
      offset += static_cast<std::uint64_t>(written);
      left = behind(left, static_cast<std::size_t>(written));
    }
  }

  std::size_t read(std::uint64_t offset, std::span<char> into) override {
    std::size_t have = 0;
    while (have < into.size()) {
      const ssize_t count = retried([&] {
        return ::pread(descriptor_.get(), into.data() + have, into.size() - have, static_cast<off_t>(offset + have));
      });
      if (count < 0) throw_error(path_);
      if (count == 0) break;
      have += static_cast<std::size_t>(count);
    }
    return have;
  }

  std::uint64_t size() override {
    struct stat status{};
    if (::fstat(descriptor_.get(), &status) != 0) throw_error(path_);
    return static_cast<std::uint64_t>(status.st_size);
  }

  void truncate(std::uint64_t size) override {
    if (retried([&] { return ::ftruncate(descriptor_.get(), static_cast<off_t>(size)); }) != 0) throw_error(path_);
  }

  void sync() override {
    if (retried([&] { return ::fdatasync(descriptor_.get()); }) != 0) throw_error(path_);
  }

 private:
  /// Returns: what is left of the pieces behind so many bytes.
  static std::span<iovec> behind(std::span<iovec> pieces, std::size_t bytes) {
    while (!pieces.empty() && bytes >= pieces.front().iov_len) {
      bytes -= pieces.front().iov_len;
      pieces = pieces.subspan(1);
    }
    if (!pieces.empty()) {
      pieces.front().iov_base = static_cast<char*>(pieces.front().iov_base) + bytes;
      pieces.front().iov_len -= bytes;
    }
    return pieces;
  }

  FileDescriptor descriptor_;
  std::string path_;
};

void make_folder(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return;
  const std::filesystem::path above = path.parent_path();
  if (errno != ENOENT || above.empty() || above == path) throw_error(path.string());
  make_folder(above);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) throw_error(path.string());
}

class PosixFiles final : public SpoolFiles {
 public:
  explicit PosixFiles(std::string folder) : path_(std::move(folder)) {}

  void lock() override {
    make_folder(path_);
    folder_ = FileDescriptor(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder_.is_open()) throw_error(path_);
    lock_ = open_at("lock", O_RDWR | O_CREAT);
    if (retried([&] { return ::flock(lock_.get(), LOCK_EX | LOCK_NB); }) == 0) return;
    if (errno != EWOULDBLOCK) throw_error(path_of("lock"));
    throw std::runtime_error(path_ + ": another flowcef uses this spool; stop it, or set another dir");
  }

  std::vector<std::string> list() override {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  std::unique_ptr<SpoolFile> create(const std::string& name) override {
    return std::make_unique<PosixFile>(open_at(name, O_RDWR | O_CREAT | O_EXCL), path_of(name));
  }

  std::unique_ptr<SpoolFile> open(const std::string& name) override {
    return std::make_unique<PosixFile>(open_at(name, O_RDWR), path_of(name));
  }

  void remove(const std::string& name) override {
    if (::unlinkat(folder_.get(), name.c_str(), 0) != 0) throw_error(path_of(name));
  }

  void rename(const std::string& from, const std::string& to) override {
    if (::renameat(folder_.get(), from.c_str(), folder_.get(), to.c_str()) != 0) throw_error(path_of(from));
  }

  void sync_folder() override {
    if (retried([&] { return ::fsync(folder_.get()); }) != 0) throw_error(path_);
  }

 private:
  [[nodiscard]] std::string path_of(const std::string& name) const { return path_ + '/' + name; }

  [[nodiscard]] FileDescriptor open_at(const std::string& name, int flags) const {
    FileDescriptor file(
        retried([&] { return ::openat(folder_.get(), name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, 0600); }));
    if (!file.is_open()) throw_error(path_of(name));
    return file;
  }

  std::string path_;
  FileDescriptor folder_;
  FileDescriptor lock_;
};

}  // namespace

std::unique_ptr<SpoolFiles> make_spool_files(const std::string& folder) {
  return std::make_unique<PosixFiles>(folder);
}

}  // namespace flowcef
