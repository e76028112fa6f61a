#include "flowcef/replicate/replica_queue.hpp"

#include <algorithm>
#include <utility>

namespace flowcef {
namespace {

void count(std::map<std::string, std::uint64_t, std::less<>>& counts, std::string_view name, std::uint64_t times) {
  const auto known = counts.find(name);
  if (known == counts.end()) {
    counts.emplace(name, times);
  } else {
    known->second += times;
  }
}

}  // namespace

ReplicaQueue::ReplicaQueue(std::size_t capacity_bytes) : capacity_(capacity_bytes) {
  make_ring();
}

void ReplicaQueue::make_ring() {
  std::vector<ReplicaRef> ring(std::max(capacity_ / ReplicaPool::kSizes.front(), size_) + 1);
  for (std::size_t i = 0; i < size_; ++i) ring[i] = std::move(ring_[(head_ + i) % ring_.size()]);
  ring_ = std::move(ring);
  head_ = 0;
}

void ReplicaQueue::push(std::span<ReplicaRef> replicas) noexcept {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = size_ == 0;
    taken_ += replicas.size();
    for (ReplicaRef& replica : replicas) {
      if (stopped_ || !has_room(replica->cost())) {
        ++(stopped_ ? after_stop_ : queue_full_);
        continue;
      }
      held_ += replica->cost();
      ring_[(head_ + size_) % ring_.size()] = std::move(replica);
      ++size_;
    }
  }
  if (was_empty) changed_.notify_one();
  for (ReplicaRef& replica : replicas) replica = ReplicaRef{};
}

std::size_t ReplicaQueue::take(std::span<ReplicaRef> into) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return size_ != 0 || stopped_; });
  if (stopped_ && Clock::now() >= deadline_) drop_all();
  const std::size_t count = std::min(size_, into.size());
  for (std::size_t i = 0; i < count; ++i) {
    into[i] = std::move(ring_[head_]);
    head_ = (head_ + 1) % ring_.size();
  }
  size_ -= count;
  in_hand_ += count;
  return count;
}

void ReplicaQueue::drop_all() {
  if (size_ != 0) count(books_.dropped, "stopped", size_);
  for (; size_ != 0; --size_) {
    held_ -= ring_[head_]->cost();
    ring_[head_] = ReplicaRef{};
    head_ = (head_ + 1) % ring_.size();
  }
}

void ReplicaQueue::sent(std::size_t datagrams, std::size_t bytes, std::size_t cost) {
  const std::lock_guard lock(mutex_);
  in_hand_ -= datagrams;
  held_ -= cost;
  books_.sent += datagrams;
  books_.sent_bytes += bytes;
}

void ReplicaQueue::dropped(std::string_view reason, const Replica& replica) {
  const std::lock_guard lock(mutex_);
  --in_hand_;
  held_ -= replica.cost();
  count(books_.dropped, reason, 1);
}

void ReplicaQueue::failed(std::string_view error) {
  const std::lock_guard lock(mutex_);
  count(books_.errors, error, 1);
}

void ReplicaQueue::stop(Clock::time_point deadline) {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    deadline_ = std::min(deadline_, deadline);
  }
  changed_.notify_one();
}

ReplicaQueue::Clock::time_point ReplicaQueue::deadline() const {
  const std::lock_guard lock(mutex_);
  return deadline_;
}

void ReplicaQueue::set_capacity(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  capacity_ = bytes;
  make_ring();
}

ReplicateCounts ReplicaQueue::counts() const {
  const std::lock_guard lock(mutex_);
  ReplicateCounts counts = books_;
  counts.taken = taken_;
  counts.queued = size_ + in_hand_;
  counts.queued_bytes = held_;
  counts.capacity_bytes = capacity_;
  if (queue_full_ != 0) counts.dropped["queue_full"] = queue_full_;
  if (after_stop_ != 0) counts.dropped["stopped"] += after_stop_;
  return counts;
}

}  // namespace flowcef
