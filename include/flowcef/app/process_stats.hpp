// What the kernel knows of this process.
#pragma once

#include <cstdint>

namespace flowcef {

/// What cannot be read is zero.
struct ProcessStats {
  double cpu_seconds = 0;  ///< user and system, of all threads
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_files = 0;
  std::uint64_t max_files = 0;
};

/// Source: getrusage(2), /proc/self/statm, /proc/self/fd
/// Thread: any.
[[nodiscard]] ProcessStats read_process_stats();

}  // namespace flowcef
