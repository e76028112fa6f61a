#include "flowcef/core/ip_prefix.hpp"

#include <charconv>
#include <cstring>

namespace flowcef {
namespace {

constexpr unsigned kMappedBits = 96;

/// Returns: whether the first `bits` of both are the same.
bool same_start(const IpAddress& a, const IpAddress& b, unsigned bits) noexcept {
  const std::size_t whole = bits / 8;
  if (std::memcmp(a.ipv6_bytes().data(), b.ipv6_bytes().data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  const unsigned differing = unsigned{a.ipv6_bytes()[whole]} ^ b.ipv6_bytes()[whole];
  return differing >> (8 - bits % 8) == 0;
}

bool is_clear_behind(const IpAddress& address, unsigned bits) noexcept {
  for (unsigned bit = bits; bit < 128; ++bit) {
    if ((address.ipv6_bytes()[bit / 8] >> (7 - bit % 8) & 1) != 0) return false;
  }
  return true;
}

}  // namespace

std::optional<IpPrefix> IpPrefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpPrefix prefix;
  prefix.address_ = *address;
  prefix.bits_ = 128;
  if (slash == std::string_view::npos) return prefix;
  const bool v4 = address->is_v4() && text.find(':') == std::string_view::npos;
  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc() || end != digits.data() + digits.size() || bits > (v4 ? 32U : 128U)) return std::nullopt;
  prefix.bits_ = v4 ? kMappedBits + bits : bits;
  if (!is_clear_behind(prefix.address_, prefix.bits_)) return std::nullopt;
  return prefix;
}

bool IpPrefix::contains(const IpAddress& address) const noexcept {
  return same_start(address_, address, bits_);
}

std::string IpPrefix::to_string() const {
  const unsigned bits = address_.is_v4() && bits_ >= kMappedBits ? bits_ - kMappedBits : bits_;
  return address_.to_string() + '/' + std::to_string(bits);
}

}  // namespace flowcef
