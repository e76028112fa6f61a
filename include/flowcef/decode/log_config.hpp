// What an input of log lines can be told about reading them. Plain data with its defaults.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace flowcef {

/// What becomes of a line that no pattern takes.
enum class UnmatchedLines : std::uint8_t {
  count,  ///< it is refused, and counted
  send,   ///< it is a record of its syslog header and message
};

struct LogConfig {
  std::vector<std::filesystem::path> patterns;  ///< files, tried in this order
  UnmatchedLines unmatched = UnmatchedLines::count;
  bool local_time = false;  ///< times without a zone are local time, not UTC

  friend bool operator==(const LogConfig&, const LogConfig&) = default;
};

}  // namespace flowcef
