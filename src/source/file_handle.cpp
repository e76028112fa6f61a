#include "flowcef/source/file_handle.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace flowcef {
namespace {

std::unexpected<std::error_code> last_error() {
  return std::unexpected(std::error_code(errno, std::generic_category()));
}

}  // namespace

FileHandle open_for_reading(const std::string& path) {
  FileHandle file(std::fopen(path.c_str(), "rbe"));
  if (!file) throw std::runtime_error(path + ": " + std::strerror(errno));
  struct stat status{};
  if (fstat(fileno(file.get()), &status) == 0 && S_ISDIR(status.st_mode)) {
    throw std::runtime_error(path + ": is a directory, expected a capture or payload file");
  }
  return file;
}

std::expected<FileHandle, std::error_code> open_known(const std::string& path, std::uint64_t device,
                                                      std::uint64_t inode) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe would keep us waiting
  if (descriptor < 0) return last_error();
  FileHandle file(::fdopen(descriptor, "rb"));
  if (!file) {
    const auto error = last_error();
    ::close(descriptor);
    return error;
  }
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return last_error();
  if (status.st_dev == device && status.st_ino == inode) return file;
  return std::unexpected(std::make_error_code(std::errc::no_such_file_or_directory));
}

std::expected<std::string, std::error_code> read_head(int descriptor, std::size_t length) {
  std::string head(length, '\0');
  const ssize_t count = ::pread(descriptor, head.data(), head.size(), 0);
  if (count < 0) return last_error();
  head.resize(static_cast<std::size_t>(count));
  return head;
}

std::uint64_t size_of(std::FILE* file) noexcept {
  struct stat status{};
  if (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  return static_cast<std::uint64_t>(status.st_size);
}

double progress_of(std::FILE* file, std::uint64_t size) noexcept {
  const auto at = size == 0 ? off_t{0} : ftello(file);
  return at <= 0 ? 0.0 : std::min(1.0, static_cast<double>(at) / static_cast<double>(size));
}

std::size_t peek(std::FILE* file, std::uint8_t* bytes, std::size_t length) noexcept {
  const std::size_t count = std::fread(bytes, 1, length, file);
  // The C library promises room for one byte; glibc and musl give back all that stands in the buffer.
  for (std::size_t i = count; i > 0; --i) std::ungetc(bytes[i - 1], file);
  if (count < length) std::clearerr(file);
  return count;
}

}  // namespace flowcef
