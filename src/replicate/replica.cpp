#include "flowcef/replicate/replica.hpp"

#include <algorithm>

namespace flowcef {

ReplicaRef ReplicaPool::copy(const Datagram& datagram) {
  std::size_t kind = 0;
  while (kind + 1 < kSizes.size() && datagram.payload.size() > kSizes[kind]) ++kind;
  std::unique_ptr<Replica> replica;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_[kind].empty()) {
      replica = std::move(idle_[kind].back());
      idle_[kind].pop_back();
    }
  }
  if (!replica) {
    replica = std::make_unique<Replica>();
    replica->bytes_.resize(kSizes[kind]);
    replica->kind_ = static_cast<std::uint8_t>(kind);
    replica->pool_ = this;
  }
  replica->size_ = std::min(datagram.payload.size(), replica->bytes_.size());
  std::copy_n(datagram.payload.data(), replica->size_, replica->bytes_.data());
  replica->exporter_ = datagram.exporter;
  replica->hops_ = datagram.hops;
  return ReplicaRef(replica.release());
}

void ReplicaPool::release(Replica* replica) noexcept {
  std::unique_ptr<Replica> owned(replica);
  auto& idle = idle_[replica->kind_];
  const std::size_t most = kMaxIdleBytes / replica->cost();
  const std::lock_guard lock(mutex_);
  if (idle.capacity() < most) idle.reserve(most);
  if (idle.size() < most) idle.push_back(std::move(owned));
}

}  // namespace flowcef
