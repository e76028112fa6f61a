#include "record_table.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace flowcef {
namespace {

constexpr std::size_t kMinBuckets = 64;
constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kShards = 16;
constexpr std::size_t kEntriesForShards = 4096;  // with fewer, shards would fill up unevenly
constexpr std::size_t kMeanEntryBytes = 1024;    // that all entries together may come to
constexpr std::size_t kMinMaxBytes = std::size_t{16} << 20;
constexpr std::size_t kMinMaxRetiredBytes = std::size_t{16} << 20;
constexpr std::size_t kReclaimEntries = 64;
constexpr std::size_t kReclaimBytes = std::size_t{1} << 20;
constexpr int kMaxSecondChances = 64;
constexpr std::uint64_t kMaxLateMs = 3'600'000;

/// What is older than what is known by more than this is not late: somebody's clock was put right.
bool is_late(std::int64_t at_ms, std::int64_t known_ms) noexcept {
  return at_ms < known_ms && static_cast<std::uint64_t>(known_ms) - static_cast<std::uint64_t>(at_ms) <= kMaxLateMs;
}

}  // namespace

RecordTable::RecordTable(std::size_t max_entries)
    : max_entries_(max_entries),
      max_bytes_(std::max(kMinMaxBytes, max_entries * kMeanEntryBytes)),
      max_retired_bytes_(std::max(kMinMaxRetiredBytes, max_bytes_ / 4)),
      bucket_count_(std::max(kMinBuckets, std::bit_ceil(max_entries + max_entries / 2))),
      shard_count_(max_entries < kEntriesForShards ? 1 : kShards),
      buckets_(std::make_unique<Link[]>(bucket_count_)),
      shards_(std::make_unique<Shard[]>(shard_count_)) {}

RecordTable::~RecordTable() {
  for (std::size_t i = 0; i < shard_count_; ++i) {
    for (LookupEntry* entry = shards_[i].oldest; entry != nullptr;) {
      LookupEntry::Pointer(std::exchange(entry, entry->newer)).reset();
    }
  }
}

const LookupEntry* RecordTable::find(std::uint64_t hash, Bytes key) const noexcept {
  const LookupEntry* entry = buckets_[bucket_of(hash)].load();
  while (entry != nullptr) {
    // Its texts, which lie behind what is compared, come from memory at the same time.
    __builtin_prefetch(reinterpret_cast<const char*>(entry) + kCacheLine);
    if (entry->has_key(hash, key)) break;
    entry = entry->next.load();
  }
  return entry;
}

/// Returns: what leads to the entry with the key, or else the end of its bucket. The shard is locked.
RecordTable::Link& RecordTable::link_to(std::uint64_t hash, Bytes key) const noexcept {
  Link* link = &buckets_[bucket_of(hash)];
  for (LookupEntry* entry = link->load(); entry != nullptr && !entry->has_key(hash, key); entry = link->load()) {
    link = &entry->next;
  }
  return *link;
}

void RecordTable::put(Epochs& epochs, std::uint64_t hash, Bytes key, std::span<const std::string_view> texts,
                      std::int64_t at_ms) {
  Shard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  shard.texts.assign(texts);
  Link& link = link_to(hash, key);
  LookupEntry* const known = link.load();
  if (shard.texts.empty()) return refuse();
  if (known != nullptr && is_late(at_ms, known->at_ms.load(std::memory_order_relaxed))) return refuse();
  if (known != nullptr && known->has_texts(shard.texts)) {
    known->at_ms.store(at_ms, std::memory_order_relaxed);
    remove(shard, *known);
    append(shard, *known);
  } else {
    // A reader that stays in a data set for long keeps all that was replaced since.
    if (retired_bytes_.load(std::memory_order_relaxed) > max_retired_bytes_) reclaim(epochs, shard);
    if (retired_bytes_.load(std::memory_order_relaxed) > max_retired_bytes_) return refuse();
    replace(epochs, shard, link, LookupEntry::make(hash, key, shard.texts, at_ms));
  }
  updates_.fetch_add(1, std::memory_order_relaxed);
}

/// Input: `link` leads to the entry with the same key, or ends its bucket.
void RecordTable::replace(Epochs& epochs, Shard& shard, Link& link, LookupEntry::Pointer made) {
  LookupEntry& entry = *made.release();
  LookupEntry* const known = link.load();
  if (known != nullptr) entry.next.store(known->next.load());
  link.store(&entry);
  append(shard, entry);
  entries_.fetch_add(1, std::memory_order_relaxed);
  entry_bytes_.fetch_add(entry.bytes(), std::memory_order_relaxed);
  if (known != nullptr) retire(epochs, shard, *known);
  make_room(epochs, shard);
  if (shard.retired.size() >= kReclaimEntries || shard.retired_bytes >= kReclaimBytes) reclaim(epochs, shard);
}

/// Second chance: the oldest goes, unless it was used since it became the oldest the last time.
void RecordTable::make_room(Epochs& epochs, Shard& shard) {
  int chances = kMaxSecondChances;
  while (shard.oldest != shard.newest && is_over()) {
    LookupEntry& oldest = *shard.oldest;
    if (oldest.used.load(std::memory_order_relaxed) && chances-- > 0) {
      oldest.used.store(false, std::memory_order_relaxed);
      remove(shard, oldest);
      append(shard, oldest);
      continue;
    }
    link_to(oldest.hash(), oldest.key()).store(oldest.next.load());
    retire(epochs, shard, oldest);
    evicted_.fetch_add(1, std::memory_order_relaxed);
  }
}

bool RecordTable::is_over() const noexcept {
  return entries_.load(std::memory_order_relaxed) > max_entries_ ||
         entry_bytes_.load(std::memory_order_relaxed) > max_bytes_;
}

/// Input: an entry that no link leads to any more.
void RecordTable::retire(const Epochs& epochs, Shard& shard, LookupEntry& entry) {
  remove(shard, entry);
  entries_.fetch_sub(1, std::memory_order_relaxed);
  entry_bytes_.fetch_sub(entry.bytes(), std::memory_order_relaxed);
  retired_bytes_.fetch_add(entry.bytes(), std::memory_order_relaxed);
  shard.retired_bytes += entry.bytes();
  shard.retired.push_back({LookupEntry::Pointer(&entry), epochs.now()});
}

void RecordTable::reclaim(Epochs& epochs, Shard& shard) {
  const std::uint64_t oldest_reader = epochs.oldest_reader();
  const auto end = std::ranges::find_if(
      shard.retired, [oldest_reader](const Retired& retired) { return retired.epoch >= oldest_reader; });
  std::size_t freed = 0;
  for (auto it = shard.retired.begin(); it != end; ++it) freed += it->entry->bytes();
  shard.retired.erase(shard.retired.begin(), end);
  shard.retired_bytes -= freed;
  retired_bytes_.fetch_sub(freed, std::memory_order_relaxed);
}

void RecordTable::append(Shard& shard, LookupEntry& entry) noexcept {
  entry.older = shard.newest;
  entry.newer = nullptr;
  (shard.newest != nullptr ? shard.newest->newer : shard.oldest) = &entry;
  shard.newest = &entry;
}

void RecordTable::remove(Shard& shard, LookupEntry& entry) noexcept {
  (entry.older != nullptr ? entry.older->newer : shard.oldest) = entry.newer;
  (entry.newer != nullptr ? entry.newer->older : shard.newest) = entry.older;
}

void RecordTable::adopt(RecordTable& previous) {
  previous.shrink(max_entries_, max_bytes_);
  if (bucket_count_ == previous.bucket_count_ && shard_count_ == previous.shard_count_) {
    buckets_.swap(previous.buckets_);
    shards_.swap(previous.shards_);
  } else {
    link_all_of(previous);
  }
  for (std::size_t i = 0; i < shard_count_; ++i) {
    shards_[i].retired.clear();
    shards_[i].retired_bytes = 0;
  }
  entries_ += previous.entries_.exchange(0);
  entry_bytes_ += previous.entry_bytes_.exchange(0);
  updates_ += previous.updates_.exchange(0);
  evicted_ += previous.evicted_.exchange(0);
  refused_ += previous.refused_.exchange(0);
}

/// Evicts the oldest of the shard that has most, so that each keeps about the same number of its latest. No thread may be
/// reading or filling.
void RecordTable::shrink(std::size_t max_entries, std::size_t max_bytes) {
  max_entries_ = max_entries;
  max_bytes_ = max_bytes;
  std::vector<std::size_t> sizes(shard_count_);
  for (std::size_t i = 0; i < shard_count_; ++i) {
    for (const LookupEntry* entry = shards_[i].oldest; entry != nullptr; entry = entry->newer) ++sizes[i];
  }
  while (is_over()) {
    const auto fullest = std::ranges::max_element(sizes);
    Shard& shard = shards_[static_cast<std::size_t>(fullest - sizes.begin())];
    const LookupEntry::Pointer oldest(shard.oldest);
    link_to(oldest->hash(), oldest->key()).store(oldest->next.load());
    remove(shard, *oldest);
    --*fullest;
    entries_.fetch_sub(1, std::memory_order_relaxed);
    entry_bytes_.fetch_sub(oldest->bytes(), std::memory_order_relaxed);
    evicted_.fetch_add(1, std::memory_order_relaxed);
  }
}

void RecordTable::link_all_of(RecordTable& previous) {
  for (std::size_t i = 0; i < previous.shard_count_; ++i) {
    Shard& from = previous.shards_[i];
    while (from.oldest != nullptr) {
      LookupEntry& entry = *from.oldest;
      remove(from, entry);
      append(shard_of(entry.hash()), entry);
      Link& bucket = buckets_[bucket_of(entry.hash())];
      entry.next.store(bucket.load());
      bucket.store(&entry);
    }
  }
}

RecordTableCounts RecordTable::counts() const noexcept {
  const std::size_t fixed = bucket_count_ * sizeof(Link) + shard_count_ * sizeof(Shard);
  return {updates_.load(std::memory_order_relaxed), evicted_.load(std::memory_order_relaxed),
          refused_.load(std::memory_order_relaxed), entries_.load(std::memory_order_relaxed),
          fixed + entry_bytes_.load(std::memory_order_relaxed) + retired_bytes_.load(std::memory_order_relaxed)};
}

}  // namespace flowcef
