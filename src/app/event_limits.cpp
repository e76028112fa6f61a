#include "flowcef/app/event_limits.hpp"

#include <cstdlib>

namespace flowcef {
namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;
/// Who has something to tell asks again within that time, so for so long turns are kept.
constexpr std::int64_t kTurnNs = 30'000'000'000;

}  // namespace

std::optional<std::uint64_t> EventLimits::allow(EventKind kind, std::string_view subject, std::int64_t now_ns,
                                                std::size_t max_per_minute) {
  if (now_ns - began_ns_ >= kMinuteNs || now_ns < began_ns_) begin_minute(now_ns, max_per_minute);
  Key key(kind, subject);
  if (told_.contains(key)) return std::nullopt;
  const auto at = static_cast<std::size_t>(kind);
  const auto waiting = waiting_.find(key);
  const bool turns_count = now_ns - began_ns_ < kTurnNs;
  const bool has_turn = turns_count && waiting != waiting_.end() && waiting->second.has_turn;
  if (!has_turn && sent_[at] + (turns_count ? turns_[at] : 0) >= max_per_minute) {
    if (waiting != waiting_.end()) {
      waiting->second.asked_ns = now_ns;
    } else {
      waiting_.emplace(std::move(key), Waiting{.since = refusals_++, .asked_ns = now_ns});
      ++held_back_[at];
    }
    return std::nullopt;
  }
  if (has_turn) --turns_[at];
  if (waiting != waiting_.end()) waiting_.erase(waiting);
  ++sent_[at];
  told_.insert(std::move(key));
  return std::exchange(held_back_[at], 0);
}

void EventLimits::begin_minute(std::int64_t now_ns, std::size_t max_per_minute) {
  began_ns_ = now_ns;
  sent_ = {};
  turns_ = {};
  told_.clear();
  std::erase_if(waiting_, [&](const auto& entry) { return std::abs(now_ns - entry.second.asked_ns) > kTurnNs; });
  std::map<std::uint64_t, decltype(waiting_)::value_type*> oldest_first;
  for (auto& entry : waiting_) oldest_first.emplace(entry.second.since, &entry);
  for (const auto& [since, entry] : oldest_first) {
    std::size_t& turns = turns_[static_cast<std::size_t>(entry->first.first)];
    entry->second.has_turn = turns < max_per_minute;
    if (entry->second.has_turn) ++turns;
  }
}

}  // namespace flowcef
