// What fuzz targets have in common: how they say that a property does not hold.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace flowcef::test {

/// Ends the process, which the fuzzer takes for a crash; also in builds without assert.
inline void require(bool holds, const char* property) {
  if (holds) return;
  (void)std::fprintf(stderr, "does not hold: %s\n", property);
  std::abort();
}

}  // namespace flowcef::test
