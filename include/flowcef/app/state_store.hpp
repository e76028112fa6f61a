// Keeps state in a file, so that a crash at any time leaves the old content or the new. Knows nothing of what is in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/core/byte_order.hpp"

namespace flowcef {

inline constexpr std::size_t kMaxStateFileSize = std::size_t{256} << 20;

/// Writes beside the file first (`<path>.new`), for the owner's eyes only, and puts that in its place once it is on disk.
/// Input:  a path whose folder exists
/// Errors: name and cause; the file is then as it was
/// Thread: one for each path
[[nodiscard]] std::expected<void, std::string> write_state_file(const std::filesystem::path& path, Bytes content);

/// Returns: nothing if there is no such file
/// Errors:  name and cause, also for a file that is no regular one or above `limit` bytes
[[nodiscard]] std::expected<std::optional<std::vector<std::uint8_t>>, std::string> read_state_file(
    const std::filesystem::path& path, std::size_t limit = kMaxStateFileSize);

}  // namespace flowcef
