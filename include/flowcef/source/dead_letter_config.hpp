// Where refused datagrams are kept. Plain data with its defaults.
#pragma once

#include <cstddef>
#include <string>

namespace flowcef {

/// Least DeadLetterConfig::max_bytes: the longest datagram fits.
inline constexpr std::size_t kMinDeadLetterBytes = std::size_t{128} << 10;

struct DeadLetterConfig {
  std::string path;
  std::size_t max_bytes = std::size_t{64} << 20;  ///< of the file; as much again stands in `<path>.1`

  friend bool operator==(const DeadLetterConfig&, const DeadLetterConfig&) = default;
};

}  // namespace flowcef
