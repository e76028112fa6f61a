#include "flowcef/decode/holding_pen.hpp"

#include <algorithm>
#include <utility>

namespace flowcef {

HoldingPen::HoldingPen(const DecodeConfig& config, std::atomic<std::size_t>& budget_used) : used_(budget_used) {
  set_limits(config);
}

HoldingPen::~HoldingPen() {
  give_up_all([](const HeldSet&) {});
}

std::size_t HoldingPen::cost(const HeldSet& set) noexcept {
  constexpr std::size_t kIndexEntries = 128;  // of the lists and maps that lead to it
  return sizeof(HeldSet) + set.bytes.size() + kIndexEntries;
}

bool HoldingPen::hold(const DomainKey& key, std::uint16_t template_id, const ExportContext& context, Bytes body,
                      std::int64_t now_ns) {
  const std::size_t size = context.header.size() + body.size();
  const std::size_t bytes = cost({}) + size;
  const auto of_exporter = bytes_of_.find(key.exporter.address);
  const std::size_t held = of_exporter == bytes_of_.end() ? 0 : of_exporter->second;
  if (held + bytes > max_bytes_per_exporter_) return false;
  if (used_.fetch_add(bytes, std::memory_order_relaxed) + bytes > max_bytes_) {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  HeldSet& set = by_age_.emplace_back();
  set.key = key;
  set.template_id = template_id;
  set.held_since_ns = now_ns;
  set.bytes.reserve(size);
  set.bytes.assign(context.header.begin(), context.header.end());
  set.bytes.insert(set.bytes.end(), body.begin(), body.end());
  set.context = context;
  set.context.header = Bytes(set.bytes).first(context.header.size());
  set.context.key = nullptr;
  set.context.tables = nullptr;
  set.context.settings = nullptr;
  by_place_[{key, template_id}].push_back(std::prev(by_age_.end()));
  bytes_of_[key.exporter.address] += bytes;
  return true;
}

void HoldingPen::release(const HeldSet& set) noexcept {
  used_.fetch_sub(cost(set), std::memory_order_relaxed);
  const auto exporter = bytes_of_.find(set.key.exporter.address);
  exporter->second -= cost(set);
  if (exporter->second == 0) bytes_of_.erase(exporter);
}

std::list<HeldSet> HoldingPen::take(const DomainKey& key, std::uint16_t template_id) {
  std::list<HeldSet> taken;
  const auto place = by_place_.find({key, template_id});
  if (place == by_place_.end()) return taken;
  for (const Iterator set : place->second) {
    release(*set);
    taken.splice(taken.end(), by_age_, set);
  }
  by_place_.erase(place);
  return taken;
}

void HoldingPen::drop(Iterator set, const GiveUp& give_up) {
  give_up(*set);
  release(*set);
  const auto place = by_place_.find({set->key, set->template_id});
  place->second.pop_front();
  if (place->second.empty()) by_place_.erase(place);
  by_age_.erase(set);
}

void HoldingPen::expire(std::int64_t now_ns, const GiveUp& give_up) {
  while (!by_age_.empty() && now_ns - by_age_.front().held_since_ns > max_age_ns_) drop(by_age_.begin(), give_up);
}

void HoldingPen::end_session(std::uint64_t session, const GiveUp& give_up) {
  for (auto set = by_age_.begin(); set != by_age_.end();) {
    const auto next = std::next(set);
    if (set->key.session == session) drop(set, give_up);
    set = next;
  }
}

void HoldingPen::give_up_all(const GiveUp& give_up) {
  while (!by_age_.empty()) drop(by_age_.begin(), give_up);
}

void HoldingPen::set_limits(const DecodeConfig& config) noexcept {
  max_bytes_ = config.hold_bytes;
  max_bytes_per_exporter_ = config.hold_bytes_per_exporter;
  max_age_ns_ = std::chrono::nanoseconds(config.hold_time).count();
}

/// Once a set has room, so have the later ones of its exporter: what is dropped is the oldest of its place.
void HoldingPen::reconfigure(const DecodeConfig& config, const GiveUp& give_up) {
  set_limits(config);
  for (auto set = by_age_.begin(); set != by_age_.end();) {
    const auto next = std::next(set);
    const bool has_room = used_.load(std::memory_order_relaxed) <= max_bytes_ &&
                          bytes_of_.at(set->key.exporter.address) <= max_bytes_per_exporter_;
    if (!has_room) drop(set, give_up);
    set = next;
  }
}

}  // namespace flowcef
