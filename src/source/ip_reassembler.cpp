#include "flowcef/source/ip_reassembler.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace flowcef {
namespace {

std::size_t hash_bytes(const IpAddress& address) noexcept {
  const auto& bytes = address.ipv6_bytes();
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

std::size_t IpReassembler::KeyHash::operator()(const Key& key) const noexcept {
  constexpr std::size_t kMix = 0x9e3779b97f4a7c15;
  std::size_t hash = hash_bytes(key.source) * kMix ^ hash_bytes(key.destination);
  hash = hash * kMix ^ key.id;
  return hash * kMix ^ key.protocol;
}

FrameVerdict IpReassembler::add(IpPacket& packet, std::int64_t now_ns) {
  const std::size_t length = packet.payload.size();
  if (length == 0 || length > kMaxPayload - packet.fragment_offset) return FrameVerdict::bad;
  if (packet.more_fragments && length % kUnit != 0) return FrameVerdict::bad;

  while (!pending_.empty() && has_expired(pending_.front(), now_ns)) remove(pending_.begin());
  const Key key{packet.source, packet.destination, packet.fragment_id, packet.is_v6 ? std::uint8_t{0} : packet.protocol,
                packet.is_v6};
  const auto entry = find_or_start(key, now_ns);
  if (!entry->given_up && !insert(*entry, packet)) give_up(*entry);

  if (entry->given_up || entry->received != entry->total) {
    enforce_limits();
    return FrameVerdict::held;
  }
  held_bytes_ -= entry->bytes.capacity();
  whole_ = std::move(entry->bytes);
  packet.protocol = entry->protocol;
  packet.payload = whole_;
  packet.payload_length = whole_.size();
  packet.is_fragment = packet.more_fragments = false;
  packet.fragment_offset = 0;
  by_key_.erase(key);
  pending_.erase(entry);
  return FrameVerdict::ok;
}

void IpReassembler::clear() {
  while (!pending_.empty()) remove(pending_.begin());
}

IpReassembler::PendingList::iterator IpReassembler::find_or_start(const Key& key, std::int64_t now_ns) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    if (!has_expired(*found->second, now_ns)) return found->second;
    remove(found->second);  // the identification is in use again
  }
  Pending& fresh = pending_.emplace_back();
  fresh.key = key;
  fresh.first_ns = now_ns;
  const auto entry = std::prev(pending_.end());
  by_key_.emplace(key, entry);
  return entry;
}

bool IpReassembler::has_expired(const Pending& pending, std::int64_t now_ns) const noexcept {
  const auto timeout = pending.key.is_v6 ? limits_.ipv6_timeout : limits_.ipv4_timeout;
  return now_ns - pending.first_ns > timeout.count();
}

bool IpReassembler::insert(Pending& pending, const IpPacket& fragment) {
  const Bytes payload = fragment.payload;
  const std::size_t begin = fragment.fragment_offset;
  const std::size_t end = begin + payload.size();
  if (pending.total && end > *pending.total) return false;
  if (!fragment.more_fragments) {
    if (pending.bytes.size() > end || (pending.total && *pending.total != end)) return false;
    pending.total = end;
  }

  const std::size_t first_unit = begin / kUnit;
  const std::size_t end_unit = (end + kUnit - 1) / kUnit;
  std::size_t already = 0;
  for (std::size_t unit = first_unit; unit < end_unit; ++unit) already += pending.filled[unit];
  if (already == end_unit - first_unit) {
    return pending.bytes.size() >= end &&
           std::ranges::equal(payload, Bytes(pending.bytes).subspan(begin, payload.size()));
  }
  if (already != 0) return false;

  for (std::size_t unit = first_unit; unit < end_unit; ++unit) pending.filled.set(unit);
  if (pending.bytes.size() < end) {
    held_bytes_ -= pending.bytes.capacity();
    pending.bytes.resize(end);
    held_bytes_ += pending.bytes.capacity();
  }
  std::ranges::copy(payload, pending.bytes.begin() + static_cast<std::ptrdiff_t>(begin));
  pending.received += payload.size();
  if (begin == 0) pending.protocol = fragment.protocol;
  return true;
}

void IpReassembler::give_up(Pending& pending) {
  pending.given_up = true;
  held_bytes_ -= pending.bytes.capacity();
  pending.bytes = {};
  incomplete_.add();
  if (!pending.filled.test(0)) headless_.add();
}

void IpReassembler::remove(PendingList::iterator entry) {
  if (!entry->given_up) give_up(*entry);
  by_key_.erase(entry->key);
  pending_.erase(entry);
}

void IpReassembler::enforce_limits() {
  while (!pending_.empty() && (pending_.size() > limits_.max_packets || held_bytes_ > limits_.max_bytes)) {
    remove(pending_.begin());
  }
}

}  // namespace flowcef
