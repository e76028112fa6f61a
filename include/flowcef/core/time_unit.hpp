// Units of durations.
#pragma once

#include <cstdint>

namespace flowcef {

enum class TimeUnit : std::uint8_t { seconds, milliseconds, microseconds, nanoseconds };

}  // namespace flowcef
