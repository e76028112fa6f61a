#include "flowcef/app/progress_watch.hpp"

#include <algorithm>

namespace flowcef {

int ProgressWatch::find_stuck(std::span<const std::uint64_t> ticks, Clock::time_point now) {
  while (seen_.size() < ticks.size()) seen_.push_back({ticks[seen_.size()], now});
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    if (seen_[i].ticks != ticks[i]) seen_[i] = {ticks[i], now};
  }
  const auto oldest = std::ranges::min_element(seen_, {}, &Seen::since);
  if (oldest == seen_.end() || now - oldest->since <= patience_) return -1;
  return static_cast<int>(oldest - seen_.begin());
}

}  // namespace flowcef
