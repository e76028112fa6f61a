// What `flowcef explain` prints.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "flowcef/app/explain_findings.hpp"

namespace flowcef {

/// What was read, and with what.
struct ExplainedInput {
  std::vector<std::string> files;
  std::string mapping;
  std::uint64_t frames = 0;
  std::uint64_t bad_frames = 0;    ///< that are damaged or cut off
  std::uint64_t other_frames = 0;  ///< that carry something else than UDP
  std::uint64_t other_ports = 0;   ///< datagrams to another port than the one asked for
  std::string require;             ///< as the input has it; empty: nothing
};

void print_report(std::ostream& out, const ExplainedInput& input, const Findings& findings);

}  // namespace flowcef
