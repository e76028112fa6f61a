#include "flowcef/sink/output_queue.hpp"

#include <utility>

namespace flowcef {

OutputQueue::OutputQueue(const SinkConfig& config, OutputBooks& books, const std::function<void()>& wake)
    : policy_(config.queue_full),
      required_(config.required),
      books_(books),
      queue_(config.queue_bytes, wake),
      events_(kEventBytes, wake) {}

void OutputQueue::configure(const SinkConfig& config) {
  policy_ = config.queue_full;
  required_ = config.required;
  queue_.set_capacity(config.queue_bytes);
}

std::size_t OutputQueue::submit(BatchRef batch, Producer producer) {
  if (!batch || batch->empty()) return 0;
  // Before the push, as a thread of the output may take the batch before that returns.
  books_.submitted(batch->lines().size());
  return push(std::move(batch), producer);
}

void OutputQueue::take_over(BatchRef batch) {
  books_.returned(batch->lines().size());
  push(std::move(batch), Producer::cannot_wait);
}

/// Returns: the lines that the full queue cost.
std::size_t OutputQueue::push(BatchRef batch, Producer producer) {
  const std::size_t lines = batch->lines().size();
  const std::size_t cost = batch->footprint();
  std::size_t lost = 0;
  const PushResult result = try_push(std::move(batch), cost, producer, lost);
  if (lost > 0) books_.dropped_from_queue(full_reason_, lost);
  if (result == PushResult::accepted) return lost;
  books_.dropped_from_queue(result == PushResult::full ? full_reason_.load() : DropReason::stopped, lines);
  return result == PushResult::full ? lost + lines : lost;
}

PushResult OutputQueue::try_push(BatchRef batch, std::size_t cost, Producer producer, std::size_t& evicted) {
  const auto evict = [&evicted](const BatchRef& old) { evicted += old->lines().size(); };
  if (batch->is_of_events()) return events_.push_dropping_oldest(std::move(batch), cost, evict);
  if (required_ && producer == Producer::can_wait) {
    const PushResult result = queue_.wait_push(batch, cost);
    if (result != PushResult::full) return result;
  }
  if (policy_ == QueueFull::drop_newest) return queue_.try_push(std::move(batch), cost);
  return queue_.push_dropping_oldest(std::move(batch), cost, evict);
}

void OutputQueue::close() {
  queue_.close();
  events_.close();
}

BatchRef OutputQueue::pop() {
  BatchRef batch = events_.pop().value_or(BatchRef{});
  if (batch) {
    events_.release(batch->footprint());
  } else {
    batch = queue_.pop().value_or(BatchRef{});
  }
  if (batch) books_.taken(batch->lines().size());
  return batch;
}

std::size_t OutputQueue::abandon() {
  std::size_t lines = 0;
  while (const BatchRef batch = pop()) {
    lines += batch->lines().size();
    release(*batch);
  }
  books_.dropped(DropReason::stopped, lines);
  return lines;
}

}  // namespace flowcef
