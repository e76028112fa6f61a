#include "flowcef/decode/sequence_tracker.hpp"

#include <algorithm>

namespace flowcef {
namespace {

constexpr std::uint32_t kUptimeSlackMs = 10'000;    // headers of one exporter may be stamped out of order
constexpr std::uint32_t kUptimeWrapMs = 3'600'000;  // around 2^32, a wrap is more likely than a restart

constexpr std::uint32_t kSingleStepsNeeded = 2;
constexpr std::uint32_t kUnclearStepsNeeded = 16;
constexpr std::uint32_t kRecordStepsNeeded = 3;

/// Modulo 2^32. Returns: how far `a` is ahead of `b`; negative: behind it.
std::int32_t distance(std::uint32_t a, std::uint32_t b) noexcept {
  return static_cast<std::int32_t>(a - b);
}

}  // namespace

SequenceTracker::SequenceTracker(ExportFormat format, SequenceRule rule) noexcept : format_(format) {
  const bool netflow9 = format == ExportFormat::netflow9;
  switch (rule) {
    case SequenceRule::standard:
      unit_ = netflow9 ? Unit::unsure : format == ExportFormat::layout ? Unit::growth : Unit::records;
      break;
    case SequenceRule::records:
      unit_ = Unit::records;
      break;
    case SequenceRule::datagrams:
      unit_ = Unit::datagrams;
      break;
    case SequenceRule::off:
      unit_ = Unit::none;
      break;
  }
  if (format == ExportFormat::netflow1) unit_ = Unit::none;
}

void SequenceTracker::take(const SequencedMessage& message, SequenceCounts& counts) noexcept {
  if (unit_ == Unit::none) return;
  if (!started_) return start(message);
  if (unit_ == Unit::growth) return take_growth(message, counts);
  ++messages_;
  expire(counts);
  const std::int32_t ahead = distance(message.sequence, expected_);
  // Whoever goes on where it was has not restarted, whatever its uptime says.
  if (ahead != 0 && (booted(message) || is_new_count(message))) return restart(message, counts);
  if (ahead >= 0) {
    take_next(message, counts);
  } else {
    take_late(message, counts);
  }
}

void SequenceTracker::finish(SequenceCounts& counts) noexcept {
  for (std::size_t i = 0; i < gap_count_; ++i) give_up(gaps_[i], counts);
  gap_count_ = 0;
  counts.lost += lost_if_believed_;
  lost_if_believed_ = 0;
}

std::uint64_t SequenceTracker::missing() const noexcept {
  if (!is_believed()) return 0;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < gap_count_; ++i) {
    sum += gaps_[i].length - std::min(gaps_[i].length, gaps_[i].undecoded_bytes);
  }
  return sum;
}

void SequenceTracker::start(const SequencedMessage& message) noexcept {
  started_ = true;
  first_ = message.sequence;
  expected_ = message.sequence;
  messages_ = 0;
  advance(message);
}

/// What was missing of the old count is lost: if it came now, nothing would tell it from the new one.
void SequenceTracker::restart(const SequencedMessage& message, SequenceCounts& counts) noexcept {
  for (std::size_t i = 0; i < gap_count_; ++i) give_up(gaps_[i], counts);
  gap_count_ = 0;
  ++counts.restarted;
  start(message);
}

/// A late message has a smaller uptime too.
void SequenceTracker::take_growth(const SequencedMessage& message, SequenceCounts& counts) noexcept {
  const bool is_behind = distance(message.sequence, previous_.sequence) < 0;
  const bool is_late =
      message.uptime_ms && previous_.uptime_ms && distance(*message.uptime_ms, *previous_.uptime_ms) <= 0;
  if (booted(message) || (is_behind && !is_late)) return restart(message, counts);
  if (is_behind) {
    ++counts.reordered;
  } else {
    advance(message);
  }
}

void SequenceTracker::take_next(const SequencedMessage& message, SequenceCounts& counts) noexcept {
  if (unit_ == Unit::unsure) learn(message, counts);
  // Learning may have found another step, by which nothing is missing.
  const std::int32_t missing = distance(message.sequence, expected_);
  if (missing > 0) open(static_cast<std::uint32_t>(missing), counts);
  advance(message);
}

void SequenceTracker::take_late(const SequencedMessage& message, SequenceCounts& counts) noexcept {
  const std::size_t at = gap_of(message.sequence);
  if (at < gap_count_) {
    ++counts.reordered;
    return fill(at, message, counts);
  }
  // Its end is new: the exporter counts otherwise than its records say, and nothing is missing between the two.
  if (distance(message.sequence + units(message), expected_) > 0) return advance(message);
  const bool before_first = messages_ <= kMaxAge && distance(message.sequence, first_) < 0;
  if (before_first || units(message) == 0) {
    ++counts.reordered;
  } else {
    ++counts.repeated;
  }
}

void SequenceTracker::learn(const SequencedMessage& message, SequenceCounts& counts) noexcept {
  const std::uint32_t step = message.sequence - previous_.sequence;
  const bool telling = previous_.undecoded_bytes == 0 && previous_.records != 1;
  if (telling && step == 1) {
    ++single_steps_;
    record_steps_ = 0;
  } else if (telling && previous_.records > 1 && step == previous_.records) {
    ++record_steps_;
  } else if (step == 1) {
    ++unclear_steps_;
  }
  if (record_steps_ == kRecordStepsNeeded) {
    unit_ = Unit::records;
    gap_count_ = 0;
    lost_if_believed_ = 0;
    expected_ = message.sequence;
    return;
  }
  if (single_steps_ == kSingleStepsNeeded) unit_ = Unit::datagrams;
  if (!is_believed()) return;
  counts.lost += lost_if_believed_;
  lost_if_believed_ = 0;
}

void SequenceTracker::advance(const SequencedMessage& message) noexcept {
  expected_ = message.sequence + units(message);
  largest_ = std::max(largest_, units(message));
  previous_ = message;
}

std::uint32_t SequenceTracker::units(const SequencedMessage& message) const noexcept {
  return unit_ == Unit::records ? message.records : 1;
}

bool SequenceTracker::booted(const SequencedMessage& message) const noexcept {
  if (!message.uptime_ms || !previous_.uptime_ms) return false;
  const std::uint32_t before = *previous_.uptime_ms;
  const std::uint32_t now = *message.uptime_ms;
  if (now >= before || before - now <= kUptimeSlackMs) return false;
  return before < 0U - kUptimeWrapMs || now > kUptimeWrapMs;
}

bool SequenceTracker::is_new_count(const SequencedMessage& message) const noexcept {
  const std::int32_t ahead = distance(message.sequence, expected_);
  if (ahead >= 0) return static_cast<std::uint32_t>(ahead) > kMaxJump;
  if (gap_of(message.sequence) < gap_count_) return false;
  if (std::uint64_t{expected_ - message.sequence} > std::uint64_t{kMaxAge} * largest_) return true;
  // Soon after the start, 0 may as well be the first message once more.
  return format_ == ExportFormat::ipfix && message.sequence == 0 && messages_ > kMaxAge;
}

/// Returns: the index of the gap that holds this number, or gap_count_.
std::size_t SequenceTracker::gap_of(std::uint32_t sequence) const noexcept {
  std::size_t at = 0;
  while (at < gap_count_ && sequence - gaps_[at].begin >= gaps_[at].length) ++at;
  return at;
}

void SequenceTracker::open(std::uint32_t length, SequenceCounts& counts) noexcept {
  if (gap_count_ == kMaxGaps) {
    give_up(gaps_.front(), counts);
    erase(0);
  }
  // A datagram counts as one, decoded or not.
  const std::uint32_t undecoded = unit_ == Unit::records ? previous_.undecoded_bytes : 0;
  gaps_[gap_count_++] = {expected_, length, messages_, undecoded};
}

/// What the message leaves open of the gap stays a gap, before it and behind it.
void SequenceTracker::fill(std::size_t at, const SequencedMessage& message, SequenceCounts& counts) noexcept {
  const Gap whole = gaps_[at];
  const std::uint32_t before = message.sequence - whole.begin;
  const std::uint32_t behind = whole.length - before - std::min(units(message), whole.length - before);
  const Gap left{whole.begin, before, whole.opened, whole.undecoded_bytes};
  const Gap right{whole.begin + (whole.length - behind), behind, whole.opened,
                  unit_ == Unit::records ? message.undecoded_bytes : 0};
  if (before == 0 && behind == 0) return erase(at);
  gaps_[at] = before == 0 ? right : left;
  if (before == 0 || behind == 0) return;
  if (gap_count_ == kMaxGaps) {
    give_up(left, counts);
    gaps_[at] = right;
    return;
  }
  for (std::size_t i = gap_count_++; i > at + 1; --i) gaps_[i] = gaps_[i - 1];
  gaps_[at + 1] = right;
}

void SequenceTracker::expire(SequenceCounts& counts) noexcept {
  while (gap_count_ > 0 && messages_ - gaps_.front().opened > kMaxAge) {
    give_up(gaps_.front(), counts);
    erase(0);
  }
}

void SequenceTracker::erase(std::size_t at) noexcept {
  --gap_count_;
  for (std::size_t i = at; i < gap_count_; ++i) gaps_[i] = gaps_[i + 1];
}

void SequenceTracker::give_up(const Gap& gap, SequenceCounts& counts) noexcept {
  const std::uint32_t undecoded = std::min(gap.length, gap.undecoded_bytes);
  counts.undecoded_estimate += undecoded;
  (is_believed() ? counts.lost : lost_if_believed_) += gap.length - undecoded;
}

bool SequenceTracker::is_believed() const noexcept {
  return unit_ != Unit::unsure || unclear_steps_ >= kUnclearStepsNeeded;
}

}  // namespace flowcef
