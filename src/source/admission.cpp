#include "flowcef/source/admission.hpp"

#include <algorithm>
#include <limits>
#include <random>
#include <span>

namespace flowcef {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::size_t kWays = 8;  ///< buckets that an address may stand in
constexpr std::size_t kSets = Admission::kMaxAddresses / kWays;
static_assert((kSets & (kSets - 1)) == 0);

std::uint64_t mixed(std::uint64_t value) noexcept {
  value = (value ^ value >> 32) * 0xd6e8feb86659fd93;
  value = (value ^ value >> 32) * 0xd6e8feb86659fd93;
  return value ^ value >> 32;
}

}  // namespace

/// A bucket is kept as the time at which it will be full again, so that nothing has to fill it: a token costs
/// token_ns_, and an empty bucket is full in a second. A bucket that was never used is full.
struct Admission::Bucket {
  IpAddress address;
  std::int64_t full_ns = std::numeric_limits<std::int64_t>::min();
};

Admission::Admission(const std::vector<IpPrefix>& allowed, std::size_t max_per_second) : allowed_(allowed) {
  if (max_per_second == 0) return;
  token_ns_ = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(static_cast<std::uint64_t>(kSecond) / static_cast<std::uint64_t>(max_per_second)));
  std::random_device random;
  hash_key_ = std::uint64_t{random()} << 32 | random();
  buckets_ = std::make_unique<Bucket[]>(kMaxAddresses);
}

Admission::~Admission() = default;

bool Admission::is_allowed(const IpAddress& address) noexcept {
  if (address == last_address_) return last_allowed_;
  last_address_ = address;
  last_allowed_ = std::ranges::any_of(allowed_, [&](const IpPrefix& prefix) { return prefix.contains(address); });
  return last_allowed_;
}

bool Admission::take_token(const IpAddress& address, std::int64_t now_ns) noexcept {
  Bucket& bucket = bucket_of(address);
  // No bucket is emptier than empty, unless the clock has been set back.
  bucket.full_ns = std::clamp(bucket.full_ns, now_ns, now_ns + kSecond);
  if (bucket.full_ns + token_ns_ > now_ns + kSecond) return false;
  bucket.full_ns += token_ns_;
  return true;
}

/// Returns: the bucket of that address; if it has none, the fullest one it may stand in, filled up.
Admission::Bucket& Admission::bucket_of(const IpAddress& address) noexcept {
  const std::uint8_t* const bytes = address.ipv6_bytes().data();
  const std::uint64_t hash =
      mixed(mixed(load_be<std::uint64_t>(bytes) ^ hash_key_) ^ load_be<std::uint64_t>(bytes + 8));
  const std::span set(buckets_.get() + (hash & (kSets - 1)) * kWays, kWays);
  const auto found = std::ranges::find(set, address, &Bucket::address);
  if (found != set.end()) return *found;
  Bucket& fullest = *std::ranges::min_element(set, {}, &Bucket::full_ns);
  fullest = {address, std::numeric_limits<std::int64_t>::min()};
  return fullest;
}

}  // namespace flowcef
