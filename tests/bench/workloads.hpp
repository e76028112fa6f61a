// What the benchmarks decode: one message of each kind with as many records as a datagram of 1,464 bytes holds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flowcef::bench {

struct Workload {
  std::string name;
  std::vector<std::uint8_t> templates;  ///< sent once; empty for v5
  std::vector<std::uint8_t> data;
  std::size_t records;
};

[[nodiscard]] std::vector<Workload> workloads();

}  // namespace flowcef::bench
