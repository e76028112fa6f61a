// Reads a whole text file, and says in words why that failed.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "flowcef/core/source_position.hpp"

namespace flowcef {

/// More than any configuration needs; keeps a mistyped `/dev/zero` from filling the memory.
inline constexpr std::size_t kMaxTextFile = std::size_t{16} * 1024 * 1024;

/// Returns: the bytes of the file without a UTF-8 byte order mark.
/// Errors:  one for the file as a whole: `cannot be read: No such file or directory`.
[[nodiscard]] std::expected<std::string, ConfigError> read_text_file(const std::filesystem::path& file);

/// Returns: a number that differs, but for rare chance, once the bytes of one of the files do.
/// Input:   paths; an empty one, a file that cannot be read and a pipe count as empty files.
[[nodiscard]] std::size_t hash_of_files(std::initializer_list<std::string_view> files);

/// Returns: why `file` cannot be read as a file; nothing if it can.
[[nodiscard]] std::optional<std::string> why_unreadable(const std::filesystem::path& file);

/// Returns: the error that `file` (or a folder) as a whole cannot be read.
[[nodiscard]] ConfigError unreadable(const std::filesystem::path& file, std::string_view reason);

}  // namespace flowcef
