// Loads the configuration anew and has the pipeline go over to it.
#pragma once

#include <filesystem>
#include <string>

#include "flowcef/app/admin_endpoint.hpp"
#include "flowcef/app/pipeline.hpp"
#include "flowcef/config/config.hpp"
#include "flowcef/log/log.hpp"

namespace flowcef {

struct ReloadResult {
  bool done = false;  ///< false: the bridge goes on as it was
  std::string text;   ///< what changed, or all that is wrong; lines, each ended by LF
};

/// Thread: that of the pipeline. Lifetime: keeps references to the pipeline, the admin endpoint and the log factory.
class Reloader {
 public:
  /// Input: the file, and what the bridge was started with.
  Reloader(std::filesystem::path file, Config started, Pipeline& pipeline, AdminEndpoint& admin, LogFactory& logs);

  /// Never throws for what a file says or what cannot be opened: that is in the result, and in the log.
  ReloadResult reload();

  [[nodiscard]] const Config& config() const noexcept { return config_; }

 private:
  ReloadResult fail(std::string text, const ConfigErrors& errors);
  [[nodiscard]] std::string ignored_changes(const Config& next) const;

  std::filesystem::path file_;
  Config started_;
  Config config_;  ///< in force
  Pipeline& pipeline_;
  AdminEndpoint& admin_;
  LogFactory& logs_;
  Logger log_;
};

/// Returns: each mapping of the bridge with its hash: `mapping=mappings/default.toml hash=0123456789ab`.
[[nodiscard]] std::string describe_mappings(const BridgeTranslation& translation);

}  // namespace flowcef
