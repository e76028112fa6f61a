// Where the captures of other vendors' exporters are; they are not part of the project.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace flowcef::test {

/// Returns: the folder that FLOWCEF_CAPTURES names, or the default one; it may be missing.
inline std::filesystem::path captures_dir() {
  const char* dir = std::getenv("FLOWCEF_CAPTURES");
  return dir != nullptr ? dir : FLOWCEF_DEFAULT_CAPTURES;
}

}  // namespace flowcef::test
