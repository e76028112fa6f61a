#include "flowcef/core/nearest.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace flowcef {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the usual table suffice for the optimal-string-alignment distance.
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) current[j] = std::min(current[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, current);
  }
  return last[b.size()];
}

// In a word of up to three letters one slip is all that leaves something of it.
NearestWord::NearestWord(std::string_view wanted)
    : wanted_(wanted), distance_((wanted.size() <= 3 ? 1 : std::max<std::size_t>(2, wanted.size() / 3)) + 1) {}

void NearestWord::offer(std::string_view candidate) {
  const auto [shorter, longer] = std::minmax({wanted_.size(), candidate.size()});
  if (longer - shorter >= distance_) return;
  const std::size_t distance = edit_distance(wanted_, candidate);
  if (distance >= distance_) return;
  distance_ = distance;
  best_ = candidate;
}

std::optional<std::string_view> NearestWord::result() const {
  if (best_.empty()) return std::nullopt;
  return best_;
}

}  // namespace flowcef
