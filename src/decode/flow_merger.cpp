#include "flowcef/decode/flow_merger.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace flowcef {
namespace {

/// Input: `record` without what may differ between records of one flow
std::size_t hash_of(const DataSet& set, const KeptRecord& record) noexcept {
  const std::string_view bytes(reinterpret_cast<const char*>(record.bytes.data()), record.bytes.size());
  const std::uint64_t whose = DomainKeyHash()(*set.context.key) ^ IpAddressHash()(set.context.exporter.address);
  return std::hash<std::string_view>()(bytes) ^ (whose ^ set.layout.serial << 32) * 0x9e37'79b9'7f4a'7c15;
}

}  // namespace

FlowMerger::FlowMerger(HandOn hand_on, std::size_t max_bytes) : hand_on_(std::move(hand_on)), max_bytes_(max_bytes) {}

void FlowMerger::take(const DataSet& set, std::chrono::milliseconds interval, Clock::time_point now) {
  const auto plan = MergePlan::of(set.layout);
  if (!plan) return hand_on_(set);
  for (std::uint32_t i = 0; i < set.record_count; ++i) {
    plan->copy(set, i, record_);
    take_record(set, *plan, interval, now);
  }
  message_.reset();
}

void FlowMerger::take_record(const DataSet& set, const MergePlan& plan, std::chrono::milliseconds interval,
                             Clock::time_point now) {
  const auto span = plan.span_of(record_, set.context);
  if (!span) return hand_on(set.layout, set.context, set.template_id, record_);
  blanked_ = record_;
  plan.blank(blanked_);
  const std::uint64_t hash = hash_of(set, blanked_);
  std::int64_t start_ms = span->start_ms;
  auto line = lines_.find(hash);
  bool joined = false;
  if (line != lines_.end()) {
    if (!is_of_flow(line->second, set, plan)) return hand_on(set.layout, set.context, set.template_id, record_);
    const std::int64_t first_ms = std::min(start_ms, line->second.start_ms);
    joined = span->end_ms - first_ms <= longest(interval).count() &&
             plan.join(record_, set.context, line->second.record, line->second.message->context);
    if (joined) {
      merged_.add();
      start_ms = first_ms;
    } else {
      hand_on(line->second);
      forget(line);
    }
  }
  const std::int64_t lasts_ms = span->end_ms - start_ms;
  if (lasts_ms >= interval.count() || !plan.may_go_on(record_)) {
    if (joined) forget(line);
    return hand_on(set.layout, set.context, set.template_id, record_);
  }
  if (!joined) return keep(hash, set, start_ms, now + longest(interval) - std::chrono::milliseconds(lasts_ms));
  bytes_ -= bytes_of(line->second);
  line->second.message = message_of(set);
  line->second.start_ms = start_ms;
  std::swap(line->second.record, record_);
  bytes_ += bytes_of(line->second);
}

/// To be called with what tells the record's flow in `blanked_`.
bool FlowMerger::is_of_flow(const Line& line, const DataSet& set, const MergePlan& plan) {
  const Message& message = *line.message;
  if (message.layout.get() != &set.layout || message.key != *set.context.key ||
      message.context.exporter.address != set.context.exporter.address) {
    return false;
  }
  blanked_line_ = line.record;
  plan.blank(blanked_line_);
  const auto length = [](const FieldPosition& position) { return position.length; };
  return blanked_line_.bytes == blanked_.bytes &&
         std::ranges::equal(blanked_line_.positions, blanked_.positions, {}, length, length);
}

void FlowMerger::keep(std::uint64_t hash, const DataSet& set, std::int64_t start_ms, Clock::time_point due) {
  Line& line = lines_[hash];
  line = {message_of(set), record_, start_ms, due_.emplace(due, hash)};
  bytes_ += bytes_of(line);
  kept_.store(lines_.size(), std::memory_order_relaxed);
  while (bytes_ > max_bytes_) {
    const auto earliest = lines_.find(due_.begin()->second);
    early_.add();
    hand_on(earliest->second);
    forget(earliest);
  }
}

void FlowMerger::advance(Clock::time_point now) {
  while (!due_.empty() && due_.begin()->first <= now) {
    const auto line = lines_.find(due_.begin()->second);
    hand_on(line->second);
    forget(line);
  }
}

void FlowMerger::flush() {
  advance(Clock::time_point::max());
}

void FlowMerger::flush(std::uint64_t session) {
  for (auto line = lines_.begin(); line != lines_.end();) {
    const auto next = std::next(line);
    if (line->second.message->key.session == session) {
      hand_on(line->second);
      forget(line);
    }
    line = next;
  }
}

const std::shared_ptr<const FlowMerger::Message>& FlowMerger::message_of(const DataSet& set) {
  if (message_) return message_;
  auto message = std::make_shared<Message>();
  message->layout = set.layout.shared_from_this();
  message->key = *set.context.key;
  message->context = set.context;
  message->context.key = &message->key;
  message->header.assign(set.context.header.begin(), set.context.header.end());
  message->context.header = message->header;
  message->template_id = set.template_id;
  return message_ = std::move(message);
}

void FlowMerger::hand_on(const Line& line) {
  const Message& message = *line.message;
  hand_on(*message.layout, message.context, message.template_id, line.record);
}

void FlowMerger::hand_on(const Template& layout, const ExportContext& context, std::uint16_t template_id,
                         const KeptRecord& record) {
  hand_on_({layout,
            context,
            template_id,
            record.bytes,
            1,
            record.positions,
            static_cast<std::uint32_t>(record.positions.size()),
            {},
            {}});
}

void FlowMerger::forget(Lines::iterator line) {
  bytes_ -= bytes_of(line->second);
  due_.erase(line->second.due);
  lines_.erase(line);
  kept_.store(lines_.size(), std::memory_order_relaxed);
}

std::size_t FlowMerger::bytes_of(const Line& line) noexcept {
  constexpr std::size_t kNodes = 128;  // of the two maps
  return sizeof(Line) + sizeof(Message) + kNodes + line.message->header.size() + line.record.bytes.capacity() +
         line.record.positions.capacity() * sizeof(FieldPosition);
}

}  // namespace flowcef
