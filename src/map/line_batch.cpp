#include "flowcef/map/line_batch.hpp"

namespace flowcef {

LineBatch* BatchPool::acquire() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) {
    auto batch = std::make_unique<LineBatch>(kBatchBytes);
    batch->pool_ = this;
    idle_.reserve(kMaxIdle);
    return batch.release();
  }
  LineBatch* batch = idle_.back().release();
  idle_.pop_back();
  return batch;
}

void BatchPool::release(LineBatch* batch) noexcept {
  std::unique_ptr<LineBatch> owned(batch);
  owned->clear();
  const std::lock_guard lock(mutex_);
  // A buffer that grew for one giant message is not kept: memory stays bounded by the usual size.
  if (idle_.size() < kMaxIdle && owned->bytes_.size() <= kBatchBytes) idle_.push_back(std::move(owned));
}

}  // namespace flowcef
