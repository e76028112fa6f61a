// Whether this machine's clock is kept in step by NTP, as the kernel has it.
#pragma once

#include <string>

namespace flowcef {

struct ClockState {
  bool is_known = false;  ///< false: the kernel does not tell this process
  bool is_synchronised = false;
  double offset_seconds = 0;  ///< still to be corrected
  double max_error_seconds = 0;
};

/// Source: adjtimex(2)
/// Thread: any.
[[nodiscard]] ClockState read_clock_state();

/// Returns: `synchronised, offset 0.000012 s, error at most 0.034 s`
[[nodiscard]] std::string to_string(const ClockState& clock);

}  // namespace flowcef
