#include "flowcef/app/event_limits.hpp"

namespace flowcef {
namespace {

constexpr std::int64_t kMinuteNs = 60'000'000'000;

}  // namespace

std::optional<std::uint64_t> EventLimits::allow(EventKind kind, std::string_view subject, std::int64_t now_ns,
                                                std::size_t max_per_minute) {
  if (now_ns - began_ns_ >= kMinuteNs || now_ns < began_ns_) {
    began_ns_ = now_ns;
    sent_ = {};
    told_.clear();
    waiting_.clear();
  }
  Key key(kind, subject);
  if (told_.contains(key)) return std::nullopt;
  const auto at = static_cast<std::size_t>(kind);
  if (sent_[at] >= max_per_minute) {
    if (waiting_.insert(std::move(key)).second) ++held_back_[at];
    return std::nullopt;
  }
  ++sent_[at];
  told_.insert(std::move(key));
  return std::exchange(held_back_[at], 0);
}

}  // namespace flowcef
