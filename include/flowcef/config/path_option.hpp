// Options that are paths: relative ones start at the folder of the configuration file.
#pragma once

#include <filesystem>
#include <optional>

#include "flowcef/config/toml_reader.hpp"

namespace flowcef {

/// Each adds an error and returns nothing if the value is no path, or not of a path that is fit.
/// Input: `base`: the folder of the configuration file; empty: the working directory.
[[nodiscard]] std::optional<std::filesystem::path> path_option(const ValueReader& value,
                                                               const std::filesystem::path& base);
[[nodiscard]] std::optional<std::filesystem::path> readable_file_option(const ValueReader& value,
                                                                        const std::filesystem::path& base);
[[nodiscard]] std::optional<std::filesystem::path> folder_option(const ValueReader& value,
                                                                 const std::filesystem::path& base);

}  // namespace flowcef
