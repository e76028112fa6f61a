// Benchmarks of flows that are joined to log lines.
#pragma once

namespace flowcef::bench {

void register_joins();

}  // namespace flowcef::bench
