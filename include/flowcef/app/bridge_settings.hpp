// A configuration with all that it names, loaded and checked: what `run`, `check` and a reload start from.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>

#include "flowcef/app/privileges.hpp"
#include "flowcef/app/translation.hpp"
#include "flowcef/config/config.hpp"
#include "flowcef/core/source_position.hpp"

namespace flowcef {

struct BridgeSettings {
  Config config;
  std::shared_ptr<const BridgeTranslation> translation;
  std::optional<Account> account;  ///< nothing: nobody else
};

/// Errors: all at once, of the configuration, its element tables, mappings, account and certificates. Where one part
///         cannot be read, the others are looked at all the same.
[[nodiscard]] std::expected<BridgeSettings, ConfigErrors> load_bridge_settings(const std::filesystem::path& file);

}  // namespace flowcef
