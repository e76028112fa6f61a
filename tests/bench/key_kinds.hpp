// Benchmarks of single kinds of keys.
#pragma once

namespace flowcef::bench {

void register_key_kinds();

}  // namespace flowcef::bench
