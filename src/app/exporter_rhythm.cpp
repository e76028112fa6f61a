#include "flowcef/app/exporter_rhythm.hpp"

#include <algorithm>
#include <utility>

namespace flowcef {
namespace {

constexpr std::int64_t kEpochNs = 3'600'000'000'000;
constexpr std::size_t kEpochGaps = 16;

}  // namespace

void ExporterRhythm::heard(std::int64_t now_ns, std::int64_t long_ns, bool was_silent) {
  if (heard_ns_ == 0) {
    first_ns_ = heard_ns_ = epochs_[0].began_ns = now_ns;
    return;
  }
  std::int64_t gap = now_ns - heard_ns_;
  const std::int64_t heard_for = heard_ns_ - back_ns_;
  heard_ns_ = now_ns;
  if (was_silent) {
    const bool is_outage = back_ns_ == 0 || heard_for >= std::min(gap, silence_ns_);
    back_ns_ = now_ns;
    gap = std::min(gap, std::exchange(silence_ns_, gap));
    if (is_outage) return;
  }
  ++gaps_;
  if (epochs_[0].gaps >= kEpochGaps && now_ns - epochs_[0].began_ns >= kEpochNs) {
    epochs_[1] = epochs_[0];
    epochs_[0] = {.began_ns = now_ns};
  }
  Epoch& epoch = epochs_[0];
  ++epoch.gaps;
  if (gap > long_ns) ++epoch.long_gaps;
  epoch.longest_ns = std::max(epoch.longest_ns, gap);
}

std::int64_t ExporterRhythm::longest_gap() const noexcept {
  return std::max(epochs_[0].longest_ns, epochs_[1].longest_ns);
}

}  // namespace flowcef
