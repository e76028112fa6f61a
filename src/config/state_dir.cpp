#include "flowcef/config/state_dir.hpp"

#include <unistd.h>

#include <cstdlib>

namespace flowcef {

StateDirEnvironment StateDirEnvironment::of_this_process() {
  // As at the start: a reload comes after root's rights were given up, and goes on with the same folder.
  static const bool kRoot = geteuid() == 0;
  return {kRoot, std::getenv("XDG_STATE_HOME"), std::getenv("HOME")};
}

std::optional<std::filesystem::path> default_state_dir(const StateDirEnvironment& environment) {
  using std::filesystem::path;
  if (environment.root) return path("/var/lib/flowcef");
  const path state(environment.xdg_state_home == nullptr ? "" : environment.xdg_state_home);
  if (state.is_absolute()) return state / "flowcef";
  const path home(environment.home == nullptr ? "" : environment.home);
  if (home.is_absolute()) return home / ".local" / "state" / "flowcef";
  return std::nullopt;
}

}  // namespace flowcef
