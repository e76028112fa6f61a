#include "flowcef/decode/domain_key.hpp"

#include <cstring>

namespace flowcef {
namespace {

std::uint64_t mix(std::uint64_t x) noexcept {
  x ^= x >> 32;
  x *= 0x9e37'79b9'7f4a'7c15;
  return x ^ x >> 29;
}

std::uint64_t hash_address(const IpAddress& address, std::uint64_t seed) noexcept {
  std::uint64_t halves[2];
  std::memcpy(halves, address.ipv6_bytes().data(), sizeof halves);
  return mix(mix(seed ^ halves[0]) ^ halves[1]);
}

}  // namespace

std::size_t DomainKeyHash::operator()(const DomainKey& key) const noexcept {
  const std::uint64_t seed = std::uint64_t{key.domain} << 8 | static_cast<std::uint64_t>(key.format);
  const std::uint64_t exporter = hash_address(key.exporter.address, seed ^ std::uint64_t{key.exporter.port} << 48);
  return hash_address(key.listener.address, exporter ^ key.session ^ std::uint64_t{key.listener.port} << 48);
}

std::size_t IpAddressHash::operator()(const IpAddress& address) const noexcept {
  return hash_address(address, 0);
}

}  // namespace flowcef
