// What `flowcef test-send` says: what came of the event, how to find it, and where it may have been lost.
#pragma once

#include <cstddef>
#include <string>

#include "flowcef/app/output_group.hpp"

namespace flowcef {

/// What came of the event at one receiver of an output.
struct TestOutcome {
  OutputStatus status;
  std::size_t bytes = 0;  ///< of the message without its framing
  std::string problem;    ///< why the output could not be made; empty: it could

  [[nodiscard]] bool taken() const { return status.counts.delivered != 0; }
};

/// Returns: a line: `output siem: acknowledged by the receiver: 8000 bytes to tls://...`, or why not.
[[nodiscard]] std::string to_string(const TestOutcome& outcome);

/// Returns: what to type at the receivers to see the event.
[[nodiscard]] std::string how_to_find(const std::string& id);

/// Returns: what to look at where it cannot be found.
[[nodiscard]] std::string where_it_may_be(bool over_udp);

}  // namespace flowcef
