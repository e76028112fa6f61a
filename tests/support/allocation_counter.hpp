// Counts what a program allocates: linking this replaces operator new.
#pragma once

#include <cstddef>

namespace flowcef::test {

/// Returns: how often this thread has called operator new so far.
[[nodiscard]] std::size_t allocations() noexcept;

}  // namespace flowcef::test
