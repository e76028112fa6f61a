#include "flowcef/app/clock_state.hpp"

#include <spdlog/fmt/fmt.h>
#include <sys/timex.h>

namespace flowcef {

ClockState read_clock_state() {
  timex answer{};
  const int state = adjtimex(&answer);
  if (state < 0) return {};
  const double unit = (answer.status & STA_NANO) != 0 ? 1e-9 : 1e-6;
  return {true, (answer.status & STA_UNSYNC) == 0, static_cast<double>(answer.offset) * unit,
          static_cast<double>(answer.maxerror) * 1e-6};
}

std::string to_string(const ClockState& clock) {
  if (!clock.is_known) return "unknown: the kernel does not tell";
  return fmt::format("{}, offset {:.6f} s, error at most {:.3f} s",
                     clock.is_synchronised ? "synchronised" : "NOT synchronised", clock.offset_seconds,
                     clock.max_error_seconds);
}

}  // namespace flowcef
