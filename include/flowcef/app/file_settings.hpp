// What recorded exports are read with: the settings that sockets have too (SS-06).
#pragma once

#include <expected>
#include <filesystem>
#include <vector>

#include "flowcef/app/options.hpp"
#include "flowcef/core/source_position.hpp"
#include "flowcef/decode/decode_config.hpp"
#include "flowcef/decode/identity_config.hpp"

namespace flowcef {

struct FileSettings {
  std::filesystem::path mapping;
  std::vector<std::filesystem::path> elements;
  std::vector<std::filesystem::path> layouts;
  std::vector<std::vector<std::filesystem::path>> patterns;  ///< of each input of log lines
  DecodeConfig decode;
  std::vector<ExporterConfig> exporters;
  std::vector<IdentityRule> identities;
  std::vector<ExporterHost> hosts;
};

/// Input:  `mapping`: in place of the configuration's; empty: that one, or the default mapping
/// Errors: those of the configuration, or that it has no input of that name.
[[nodiscard]] std::expected<FileSettings, ConfigErrors> load_file_settings(const FileOptions& options,
                                                                           const std::filesystem::path& mapping = {});

}  // namespace flowcef
