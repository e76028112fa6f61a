#include "flowcef/decode/layout_lengths.hpp"

#include <algorithm>

namespace flowcef {

void LengthVotes::vote(std::uint32_t length) noexcept {
  if (known_) return;
  auto* const end = candidates_.begin() + count_;
  auto* const found = std::find_if(candidates_.begin(), end, [&](const Candidate& it) { return it.length == length; });
  disputed_ = disputed_ || (count_ != 0 && found == end);
  if (found != end) {
    if (++found->votes == kNeeded) known_ = length;
  } else if (count_ < candidates_.size()) {
    candidates_[count_++] = {length, 1};
  } else {
    // Each of the others loses a vote with the new one: what comes more often than they do is left at the end.
    for (Candidate& candidate : candidates_) --candidate.votes;
    const auto* const left =
        std::remove_if(candidates_.begin(), candidates_.end(), [](const Candidate& it) { return it.votes == 0; });
    count_ = static_cast<std::size_t>(left - candidates_.begin());
  }
}

void LengthVotes::settle() noexcept {
  if (!known_ && count_ == 1 && !disputed_) known_ = candidates_.front().length;
}

}  // namespace flowcef
