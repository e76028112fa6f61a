#include "flowcef/decode/exporter_signs.hpp"

#include <algorithm>

namespace flowcef {

void ExporterClock::take(std::int64_t received_ns, std::int64_t export_ms) noexcept {
  if (received_ns == 0 || export_ms == 0) return;
  const bool was_set_back = began_ns_ - received_ns > kWindowNs;  // our clock
  if (began_ns_ == 0 || was_set_back) began_ns_ = received_ns;
  if (was_set_back) least_ms_ = std::numeric_limits<std::int64_t>::max();
  if (received_ns - began_ns_ >= kWindowNs) {
    behind_ms_ = least_ms_;
    ++windows_;
    least_ms_ = std::numeric_limits<std::int64_t>::max();
    began_ns_ = received_ns;
  }
  least_ms_ = std::min(least_ms_, received_ns / 1'000'000 - export_ms);
}

}  // namespace flowcef
