// Where the program keeps its state when the configuration does not say so.
#pragma once

#include <filesystem>
#include <optional>

namespace flowcef {

/// What the choice depends on, so that a test can set it.
struct StateDirEnvironment {
  bool root = false;
  const char* xdg_state_home = nullptr;
  const char* home = nullptr;

  [[nodiscard]] static StateDirEnvironment of_this_process();
};

/// Returns: /var/lib/flowcef for root, else $XDG_STATE_HOME/flowcef, else ~/.local/state/flowcef;
///          nothing if neither variable is an absolute path.
/// Source:  XDG Base Directory Specification 0.8: a relative path in the variable is ignored.
[[nodiscard]] std::optional<std::filesystem::path> default_state_dir(const StateDirEnvironment& environment);

}  // namespace flowcef
