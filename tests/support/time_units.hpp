#pragma once

#include <cstdint>

namespace flowcef::test {

inline constexpr std::int64_t kSecond = 1'000'000'000;  ///< in nanoseconds

}  // namespace flowcef::test
