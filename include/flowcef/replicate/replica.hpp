// A datagram that goes on, copied once for all targets, and the pool that its memory comes from.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/core/ip_address.hpp"
#include "flowcef/source/datagram.hpp"

namespace flowcef {

class ReplicaPool;

class Replica {
 public:
  [[nodiscard]] Bytes payload() const noexcept { return {bytes_.data(), size_}; }
  [[nodiscard]] const Endpoint& exporter() const noexcept { return exporter_; }
  /// As Datagram::hops
  [[nodiscard]] std::uint8_t hops() const noexcept { return hops_; }
  /// Units: bytes of memory that it takes
  [[nodiscard]] std::size_t cost() const noexcept { return bytes_.size(); }

 private:
  friend class ReplicaPool;
  friend class ReplicaRef;

  std::vector<std::uint8_t> bytes_;  ///< as many as its kind has, whatever the payload needs
  std::size_t size_ = 0;
  Endpoint exporter_;
  std::uint8_t hops_ = 0;
  std::uint8_t kind_ = 0;
  std::atomic<int> references_{0};
  ReplicaPool* pool_ = nullptr;
};

/// Shared ownership; the last one to go gives the memory back to its pool.
class ReplicaRef {
 public:
  ReplicaRef() = default;
  explicit ReplicaRef(Replica* replica) noexcept : replica_(replica) { retain(); }
  ReplicaRef(const ReplicaRef& other) noexcept : replica_(other.replica_) { retain(); }
  ReplicaRef(ReplicaRef&& other) noexcept : replica_(std::exchange(other.replica_, nullptr)) {}
  ReplicaRef& operator=(ReplicaRef other) noexcept {
    std::swap(replica_, other.replica_);
    return *this;
  }
  ~ReplicaRef();

  [[nodiscard]] explicit operator bool() const noexcept { return replica_ != nullptr; }
  const Replica& operator*() const noexcept { return *replica_; }
  const Replica* operator->() const noexcept { return replica_; }

 private:
  void retain() noexcept {
    if (replica_ != nullptr) replica_->references_.fetch_add(1, std::memory_order_relaxed);
  }

  Replica* replica_ = nullptr;
};

/// Keeps memory for reuse, so that nothing is allocated in steady state. Its bound are the queues, whose replicas it is.
/// Thread:   any.
/// Lifetime: outlives every ReplicaRef that it made.
class ReplicaPool {
 public:
  /// What exporters mostly send, what jumbo frames carry, and the longest that UDP carries.
  static constexpr std::array<std::size_t, 3> kSizes = {2'048, 9'216, 65'536};

  [[nodiscard]] ReplicaRef copy(const Datagram& datagram);

 private:
  friend class ReplicaRef;

  static constexpr std::size_t kMaxIdleBytes = std::size_t{4} << 20;  ///< of each size; the rest is freed

  void release(Replica* replica) noexcept;

  std::mutex mutex_;
  std::array<std::vector<std::unique_ptr<Replica>>, kSizes.size()> idle_;
};

inline ReplicaRef::~ReplicaRef() {
  if (replica_ != nullptr && replica_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    replica_->pool_->release(replica_);
  }
}

}  // namespace flowcef
