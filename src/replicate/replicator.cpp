#include "flowcef/replicate/replicator.hpp"

#include <algorithm>
#include <utility>

namespace flowcef {

Replicator::Replicator(ReplicaPool& pool, const std::vector<ReplicateTarget*>& targets,
                       std::vector<Endpoint> all_targets)
    : pool_(pool), all_targets_(std::move(all_targets)) {
  for (ReplicateTarget* const target : targets) {
    lanes_.push_back({target, {}});
    lanes_.back().pending.reserve(kTogether);
  }
}

void Replicator::take(const Datagram& datagram) {
  if (std::ranges::find(all_targets_, datagram.listener) != all_targets_.end()) return;
  ReplicaRef copy;
  for (Lane& lane : lanes_) {
    if (!lane.target->wants(datagram)) continue;
    if (!copy) copy = pool_.copy(datagram);
    lane.pending.push_back(copy);
    if (lane.pending.size() == kTogether) flush(lane);
  }
}

void Replicator::flush() noexcept {
  for (Lane& lane : lanes_) flush(lane);
}

void Replicator::flush(Lane& lane) noexcept {
  if (lane.pending.empty()) return;
  lane.target->submit(lane.pending);
  lane.pending.clear();
}

}  // namespace flowcef
