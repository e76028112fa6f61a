// The file operations that a spool is made of, so that tests can lose power in between.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flowcef {

/// Errors: all calls throw std::system_error with the errno (ENOSPC, EIO ...), its text naming the file.
/// Thread: calls for different ranges of a file may come from several threads.
class SpoolFile {
 public:
  virtual ~SpoolFile() = default;

  /// Writes the pieces one behind the other. After an error any part of them may be in the file.
  virtual void write(std::uint64_t offset, std::span<const std::string_view> pieces) = 0;
  /// Returns: how many bytes were there to read, at most `into.size()`.
  virtual std::size_t read(std::uint64_t offset, std::span<char> into) = 0;
  [[nodiscard]] virtual std::uint64_t size() = 0;
  virtual void truncate(std::uint64_t size) = 0;
  /// What was written outlasts a loss of power from now on: fdatasync(2).
  virtual void sync() = 0;
};

/// One folder. Names are plain file names in it.
class SpoolFiles {
 public:
  virtual ~SpoolFiles() = default;

  /// Makes the folder if it is not there, and keeps other processes out of it until the end.
  /// Errors: std::runtime_error that says who has it, or what is wrong with it
  virtual void lock() = 0;
  [[nodiscard]] virtual std::vector<std::string> list() = 0;
  /// Errors: EEXIST if it is there
  [[nodiscard]] virtual std::unique_ptr<SpoolFile> create(const std::string& name) = 0;
  [[nodiscard]] virtual std::unique_ptr<SpoolFile> open(const std::string& name) = 0;
  virtual void remove(const std::string& name) = 0;
  virtual void rename(const std::string& from, const std::string& to) = 0;
  /// Files that were made, renamed or removed stay so after a loss of power.
  virtual void sync_folder() = 0;
};

/// Returns: the files of a folder on disk, of mode 0600 in a folder of mode 0700; nothing is touched before lock().
[[nodiscard]] std::unique_ptr<SpoolFiles> make_spool_files(const std::string& folder);

}  // namespace flowcef
