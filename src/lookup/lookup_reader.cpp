#include "flowcef/lookup/lookup_reader.hpp"

#include <algorithm>

#include "lookups_impl.hpp"

namespace flowcef {
namespace {

LookupReaderSlot& add_slot(std::mutex& mutex, std::list<LookupReaderSlot>& slots) {
  const std::lock_guard lock(mutex);
  return slots.emplace_back();
}

/// Exporters may send any number for a time.
std::int64_t plausible(std::int64_t time_ms) noexcept {
  constexpr std::int64_t kFarFuture = std::int64_t{1} << 53;
  return std::clamp(time_ms, -kFarFuture, kFarFuture);
}

}  // namespace

LookupReader::LookupReader(Lookups& lookups)
    : lookups_(lookups), slot_(add_slot(lookups.impl_->slots_mutex, lookups.impl_->slots)) {
  slot_.found = std::vector<FoundCounts>(lookups.impl_->schemas.size());
  lookups.impl_->epochs.add(slot_.epoch);
}

LookupReader::~LookupReader() {
  Lookups::Impl& impl = *lookups_.impl_;
  impl.epochs.remove(slot_.epoch);
  const std::lock_guard lock(impl.slots_mutex);
  impl.add_found(slot_, impl.ended);
  impl.slots.remove_if([this](const LookupReaderSlot& slot) { return &slot == &slot_; });
}

void LookupReader::begin() noexcept {
  lookups_.impl_->epochs.enter(slot_.epoch);
}

void LookupReader::end() noexcept {
  Epochs::leave(slot_.epoch);
}

const LookupEntry* LookupReader::find(std::size_t lookup, const LookupKey& key, FlowTime flow) noexcept {
  const Lookups::Impl& impl = *lookups_.impl_;
  FoundCounts& found = slot_.found[lookup];
  const FileTable* const file = impl.files[lookup].get();
  const LookupEntry* const entry =
      file != nullptr ? file->find(key.bytes()) : impl.tables[lookup]->find(impl.hash(key.bytes()), key.bytes());
  if (entry == nullptr) {
    found.misses.add();
    return nullptr;
  }
  if (file != nullptr) {
    found.hits.add();
    return entry;
  }
  const LookupConfig& config = impl.configs[lookup];
  const std::int64_t at_ms = entry->at_ms.load(std::memory_order_relaxed);
  if (at_ms < plausible(flow.start_ms) - config.window.count() ||
      at_ms > plausible(flow.end_ms) + config.after.count()) {
    found.misses.add();
    found.expired.add();
    return nullptr;
  }
  found.hits.add();
  if (!entry->used.load(std::memory_order_relaxed)) entry->used.store(true, std::memory_order_relaxed);
  return entry;
}

}  // namespace flowcef
