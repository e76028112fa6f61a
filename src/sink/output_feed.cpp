#include "flowcef/sink/output_feed.hpp"

#include <utility>

namespace flowcef {

OutputFeed::OutputFeed(const SinkConfig& config, std::function<void()> wake)
    : policy_(config.queue_full), required_(config.required), queue_(config.queue_bytes, std::move(wake)) {}

void OutputFeed::configure(const SinkConfig& config) {
  policy_ = config.queue_full;
  required_ = config.required;
  queue_.set_capacity(config.queue_bytes);
}

std::size_t OutputFeed::submit(BatchRef batch, Producer producer) {
  if (!batch || batch->empty()) return 0;
  const std::size_t lines = batch->lines().size();
  const std::size_t cost = batch->bytes().size();
  books_.submitted(lines);
  // Before the push, as the output's thread may take the batch before push() returns.
  books_.queued(lines);
  std::size_t lost = 0;
  const PushResult result = push(std::move(batch), cost, producer, lost);
  if (lost > 0) {
    books_.unqueued(lost);
    books_.dropped(DropReason::queue_full, lost);
  }
  if (result == PushResult::accepted) return lost;
  books_.unqueued(lines);
  books_.dropped(result == PushResult::full ? DropReason::queue_full : DropReason::stopped, lines);
  return result == PushResult::full ? lost + lines : lost;
}

PushResult OutputFeed::push(BatchRef batch, std::size_t cost, Producer producer, std::size_t& evicted) {
  if (required_ && producer == Producer::can_wait) {
    const PushResult result = queue_.wait_push(batch, cost);
    if (result != PushResult::full) return result;
  }
  if (policy_ == QueueFull::drop_newest) return queue_.try_push(std::move(batch), cost);
  return queue_.push_dropping_oldest(std::move(batch), cost,
                                     [&evicted](const BatchRef& old) { evicted += old->lines().size(); });
}

BatchPart OutputFeed::next() {
  if (std::exchange(again_, false)) {
    const std::size_t settled = in_hand_->lines().size() - books_.lines_in_hand();
    return {in_hand_, settled, std::exchange(cut_line_, false)};
  }
  in_hand_ = queue_.pop().value_or(BatchRef{});
  if (!in_hand_) return {};
  const std::size_t lines = in_hand_->lines().size();
  books_.in_hand(lines);
  books_.unqueued(lines);
  return {in_hand_};
}

std::size_t OutputFeed::abandon() {
  again_ = false;
  std::size_t lines = books_.lines_in_hand();
  while (next()) lines += books_.lines_in_hand();
  books_.in_hand(0);
  books_.dropped(DropReason::stopped, lines);
  return lines;
}

}  // namespace flowcef
