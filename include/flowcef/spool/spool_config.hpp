// What the spool of an output can be told. Plain data with its defaults.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace flowcef {

/// What goes to disk.
enum class SpoolMode : std::uint8_t {
  overflow,  ///< lines that find no room in memory, or no receiver
  journal,   ///< every line, before anything is sent of it
};

/// When what was written is made to outlast a loss of power.
enum class SpoolSync : std::uint8_t {
  interval,  ///< every second
  always,    ///< before a line counts as spooled
  never,     ///< when the kernel sees fit, usually within half a minute
};

enum class SpoolReplay : std::uint8_t {
  fifo,        ///< strictly in order: nothing new before all that is on disk
  interleave,  ///< new lines first, those on disk in between; in order among themselves
};

struct SpoolConfig {
  std::string dir;  ///< of this output alone
  std::uint64_t max_bytes = std::uint64_t{4} << 30;
  SpoolMode mode = SpoolMode::overflow;
  SpoolSync sync = SpoolSync::interval;
  SpoolReplay replay = SpoolReplay::fifo;
  std::size_t replay_rate = 0;  ///< lines a second that interleave takes from disk; 0: unlimited

  friend bool operator==(const SpoolConfig&, const SpoolConfig&) = default;
};

}  // namespace flowcef
