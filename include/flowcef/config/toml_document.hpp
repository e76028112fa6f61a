// A TOML file as a tree of values with their places, in the order of the file. Hides the parser from the
// loaders.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "flowcef/core/source_position.hpp"

namespace flowcef {

struct TomlPlace {
  unsigned line = 0;  ///< from 1; 0: the file as a whole
  unsigned column = 0;

  friend auto operator<=>(const TomlPlace&, const TomlPlace&) = default;
};

struct TomlMember;
struct TomlDate {};  ///< dates and times: no option takes one, so only the kind is kept

struct TomlValue {
  using Array = std::vector<TomlValue>;
  using Table = std::vector<TomlMember>;

  std::variant<bool, std::int64_t, double, std::string, TomlDate, Array, Table> data;
  TomlPlace where;
};

struct TomlMember {
  std::string key;
  TomlPlace where;  ///< of the key
  TomlValue value;
};

/// Returns: the root table, members in the order in which their keys first stand in the file.
/// Errors:  the file cannot be read, or the first breach of TOML's syntax.
[[nodiscard]] std::expected<TomlValue, ConfigError> read_toml(const std::filesystem::path& file);
/// The same for the file's text, which has been read; `file` is named in errors.
[[nodiscard]] std::expected<TomlValue, ConfigError> parse_toml(std::string_view text,
                                                               const std::filesystem::path& file);

}  // namespace flowcef
