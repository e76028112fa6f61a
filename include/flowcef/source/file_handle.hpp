// An open file that closes itself. Knows nothing of what is in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <expected>
#include <memory>
#include <string>
#include <system_error>

#include "flowcef/core/byte_order.hpp"

namespace flowcef {

struct FileCloser {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using FileHandle = std::unique_ptr<std::FILE, FileCloser>;

/// Errors: std::runtime_error `PATH: No such file or directory`
[[nodiscard]] FileHandle open_for_reading(const std::string& path);

/// Errors: the system's; no_such_file_or_directory also if another file has that path by now
[[nodiscard]] std::expected<FileHandle, std::error_code> open_known(const std::string& path, std::uint64_t device,
                                                                    std::uint64_t inode);

/// Leaves the file where it stands.
/// Returns: its first bytes, fewer than `length` if it has no more
/// Errors:  the system's
[[nodiscard]] std::expected<std::string, std::error_code> read_head(int descriptor, std::size_t length);

/// Returns: its size in bytes; 0 if it has none (a pipe).
[[nodiscard]] std::uint64_t size_of(std::FILE* file) noexcept;

/// Returns: 0 to 1; 0 if `size` is 0.
[[nodiscard]] double progress_of(std::FILE* file, std::uint64_t size) noexcept;

/// Reads the first bytes and puts them back, which works on a pipe too. Input: at most 4 bytes.
/// Returns: how many there were.
[[nodiscard]] std::size_t peek(std::FILE* file, std::uint8_t* bytes, std::size_t length) noexcept;

}  // namespace flowcef
