// A hash table of bounded size, in which what was not asked for longest makes room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace flowcef {

/// Allocates only while it grows beyond the most entries it ever had.
/// Thread:   one.
/// Lifetime: references and pointers hold until the next insert() or drop_oldest().
template <class Key, class Value, class Hash>
class LruTable {
 public:
  /// Input: at least 1
  explicit LruTable(std::uint32_t capacity) : capacity_(capacity) {}

  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
  [[nodiscard]] bool full() const noexcept { return nodes_.size() == capacity_; }
  /// Returns: what goes next. The table must not be empty.
  [[nodiscard]] const Value& oldest() const noexcept { return nodes_[oldest_].value; }

  /// Returns: null if there is no such entry.
  [[nodiscard]] Value* find(const Key& key) noexcept {
    if (buckets_.empty()) return nullptr;
    for (std::uint32_t at = buckets_[bucket_of(key)]; at != kNone; at = nodes_[at].next) {
      if (!(nodes_[at].key == key)) continue;
      unlink(at);
      link_as_newest(at);
      return &nodes_[at].value;
    }
    return nullptr;
  }

  /// Input: a key that find() did not find
  Value& insert(const Key& key, Value value) {
    std::uint32_t at = oldest_;
    if (full()) {
      unlink(at);
      leave_bucket(at);
    } else {
      if (nodes_.size() == buckets_.size()) grow();
      at = static_cast<std::uint32_t>(nodes_.size());
      nodes_.emplace_back();
    }
    nodes_[at].key = key;
    nodes_[at].value = std::move(value);
    enter_bucket(at);
    link_as_newest(at);
    return nodes_[at].value;
  }

  /// The table must not be empty.
  void drop_oldest() {
    const std::uint32_t hole = oldest_;
    unlink(hole);
    leave_bucket(hole);
    const auto last = static_cast<std::uint32_t>(nodes_.size() - 1);
    if (hole != last) {
      leave_bucket(last);
      nodes_[hole] = std::move(nodes_[last]);
      const Node& moved = nodes_[hole];
      (moved.newer == kNone ? newest_ : nodes_[moved.newer].older) = hole;
      (moved.older == kNone ? oldest_ : nodes_[moved.older].newer) = hole;
      enter_bucket(hole);
    }
    nodes_.pop_back();
  }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  static constexpr std::size_t kFewest = 16;

  struct Node {
    Key key{};
    Value value{};
    std::uint32_t next = kNone;  ///< in its bucket
    std::uint32_t newer = kNone;
    std::uint32_t older = kNone;
  };

  [[nodiscard]] std::size_t bucket_of(const Key& key) const noexcept { return Hash()(key) & (buckets_.size() - 1); }

  void grow() {
    buckets_.assign(buckets_.empty() ? kFewest : 2 * buckets_.size(), kNone);
    nodes_.reserve(buckets_.size());
    for (std::uint32_t at = 0; at < nodes_.size(); ++at) enter_bucket(at);
  }

  void enter_bucket(std::uint32_t at) noexcept {
    std::uint32_t& first = buckets_[bucket_of(nodes_[at].key)];
    nodes_[at].next = first;
    first = at;
  }

  void leave_bucket(std::uint32_t at) noexcept {
    std::uint32_t* link = &buckets_[bucket_of(nodes_[at].key)];
    while (*link != at) link = &nodes_[*link].next;
    *link = nodes_[at].next;
  }

  void link_as_newest(std::uint32_t at) noexcept {
    nodes_[at].newer = kNone;
    nodes_[at].older = newest_;
    (newest_ == kNone ? oldest_ : nodes_[newest_].newer) = at;
    newest_ = at;
  }

  void unlink(std::uint32_t at) noexcept {
    const Node& node = nodes_[at];
    (node.newer == kNone ? newest_ : nodes_[node.newer].older) = node.older;
    (node.older == kNone ? oldest_ : nodes_[node.older].newer) = node.newer;
  }

  std::uint32_t capacity_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> buckets_;  ///< a power of two of them: the first node of each
  std::uint32_t newest_ = kNone;
  std::uint32_t oldest_ = kNone;
};

}  // namespace flowcef
