// A table that records fill: chained hash of entries, read without a lock while shards of it are written.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "epochs.hpp"
#include "lookup_entry.hpp"

namespace flowcef {

struct RecordTableCounts {
  std::uint64_t updates = 0;
  std::uint64_t evicted = 0;
  std::uint64_t refused = 0;
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

/// Thread: find() from readers that entered the epochs, put() and counts() from any.
class RecordTable {
 public:
  explicit RecordTable(std::size_t max_entries);
  RecordTable(const RecordTable&) = delete;
  RecordTable& operator=(const RecordTable&) = delete;
  ~RecordTable();

  /// What was there under the key is replaced, unless it is of a later time, by up to an hour.
  void put(Epochs& epochs, std::uint64_t hash, Bytes key, std::span<const std::string_view> texts, std::int64_t at_ms);
  /// Counts a record that had nothing to put in.
  void refuse() noexcept { refused_.fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] const LookupEntry* find(std::uint64_t hash, Bytes key) const noexcept;
  /// Takes over all entries and counts. No thread may be reading or filling either.
  void adopt(RecordTable& previous);

  [[nodiscard]] RecordTableCounts counts() const noexcept;

 private:
  struct Retired {
    LookupEntry::Pointer entry;
    std::uint64_t epoch;
  };
  /// The buckets whose number has the same lowest bits, and who may change them.
  struct alignas(64) Shard {
    std::mutex mutex;
    LookupEntry* oldest = nullptr;  ///< in the order in which they came
    LookupEntry* newest = nullptr;
    std::vector<Retired> retired;
    std::size_t retired_bytes = 0;
    LookupTexts texts;  ///< of the record that comes in
  };
  using Link = std::atomic<LookupEntry*>;

  [[nodiscard]] std::size_t bucket_of(std::uint64_t hash) const noexcept { return hash & (bucket_count_ - 1); }
  [[nodiscard]] Shard& shard_of(std::uint64_t hash) const noexcept { return shards_[hash & (shard_count_ - 1)]; }
  [[nodiscard]] Link& link_to(std::uint64_t hash, Bytes key) const noexcept;
  void replace(Epochs& epochs, Shard& shard, Link& link, LookupEntry::Pointer made);
  void shrink(std::size_t max_entries, std::size_t max_bytes);
  void link_all_of(RecordTable& previous);
  static void append(Shard& shard, LookupEntry& entry) noexcept;
  static void remove(Shard& shard, LookupEntry& entry) noexcept;
  [[nodiscard]] bool is_over() const noexcept;
  void make_room(Epochs& epochs, Shard& shard);
  void retire(const Epochs& epochs, Shard& shard, LookupEntry& entry);
  void reclaim(Epochs& epochs, Shard& shard);

  std::size_t max_entries_;
  std::size_t max_bytes_;
  std::size_t max_retired_bytes_;
  std::size_t bucket_count_;  ///< a power of two
  std::size_t shard_count_;   ///< a power of two, not more than buckets
  std::unique_ptr<Link[]> buckets_;
  std::unique_ptr<Shard[]> shards_;
  std::atomic<std::size_t> entries_ = 0;
  std::atomic<std::size_t> entry_bytes_ = 0;  ///< of those that can be found
  std::atomic<std::size_t> retired_bytes_ = 0;
  std::atomic<std::uint64_t> updates_ = 0;
  std::atomic<std::uint64_t> evicted_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
};

}  // namespace flowcef
