// An open file that closes itself. Knows nothing of what is in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "flowcef/core/byte_order.hpp"

namespace flowcef {

struct FileCloser {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using FileHandle = std::unique_ptr<std::FILE, FileCloser>;

/// Errors: std::runtime_error `PATH: No such file or directory`
[[nodiscard]] FileHandle open_for_reading(const std::string& path);

/// Returns: its size in bytes; 0 if it has none (a pipe).
[[nodiscard]] std::uint64_t size_of(std::FILE* file) noexcept;

/// Returns: 0 to 1; 0 if `size` is 0.
[[nodiscard]] double progress_of(std::FILE* file, std::uint64_t size) noexcept;

/// Reads the first bytes and puts them back, which works on a pipe too. Input: at most 4 bytes.
/// Returns: how many there were.
[[nodiscard]] std::size_t peek(std::FILE* file, std::uint8_t* bytes, std::size_t length) noexcept;

}  // namespace flowcef
