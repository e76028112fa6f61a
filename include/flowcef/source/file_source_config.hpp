// What an input that follows files can be told. Plain data.
#pragma once

#include <string>

namespace flowcef {

struct FileSourceConfig {
  std::string path;  ///< absolute: a folder, whose files are read, or a glob

  friend bool operator==(const FileSourceConfig&, const FileSourceConfig&) = default;
};

}  // namespace flowcef
