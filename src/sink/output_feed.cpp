#include "flowcef/sink/output_feed.hpp"

#include <utility>

namespace flowcef {

OutputFeed::OutputFeed(std::size_t capacity_bytes, QueueFull policy, std::function<void()> wake)
    : policy_(policy), queue_(capacity_bytes, std::move(wake)) {}

std::size_t OutputFeed::submit(BatchRef batch) {
  if (!batch || batch->empty()) return 0;
  const std::size_t lines = batch->lines().size();
  const std::size_t cost = batch->bytes().size();
  books_.submitted(lines);
  // Before the push, as the output's thread may take the batch before push() returns.
  books_.queued(lines);
  std::size_t lost = 0;
  const PushResult result = push(std::move(batch), cost, lost);
  if (lost > 0) {
    books_.unqueued(lost);
    books_.dropped(DropReason::queue_full, lost);
  }
  if (result == PushResult::accepted) return lost;
  books_.unqueued(lines);
  books_.dropped(result == PushResult::full ? DropReason::queue_full : DropReason::stopped, lines);
  return result == PushResult::full ? lost + lines : lost;
}

PushResult OutputFeed::push(BatchRef batch, std::size_t cost, std::size_t& evicted) {
  switch (policy_) {
    case QueueFull::drop_oldest:
      return queue_.push_dropping_oldest(std::move(batch), cost,
                                         [&evicted](const BatchRef& old) { evicted += old->lines().size(); });
    case QueueFull::block:
      return queue_.wait_push(std::move(batch), cost);
    default:
      return queue_.try_push(std::move(batch), cost);
  }
}

BatchRef OutputFeed::next() {
  std::optional<BatchRef> batch = queue_.pop();
  if (!batch) return {};
  const std::size_t lines = (*batch)->lines().size();
  books_.in_hand(lines);
  books_.unqueued(lines);
  return *std::move(batch);
}

std::size_t OutputFeed::abandon() {
  std::size_t lines = books_.lines_in_hand();
  while (next()) lines += books_.lines_in_hand();
  books_.in_hand(0);
  books_.dropped(DropReason::stopped, lines);
  return lines;
}

}  // namespace flowcef
