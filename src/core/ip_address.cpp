#include "flowcef/core/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "flowcef/core/byte_order.hpp"

namespace flowcef {
namespace {

constexpr std::uint8_t kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct Run {
  std::uint8_t begin = 8;
  std::uint8_t length = 0;
};

/// The first longest run of two or more zero groups, which RFC 5952 section 4.2 shortens to "::", by a mask that has
/// the bit of each group that is zero, the first group's lowest.
struct ZeroRuns {
  Run by_mask[256];
  constexpr ZeroRuns() {
    for (int mask = 0; mask < 256; ++mask) {
      Run& best = by_mask[mask];
      for (int begin = 0; begin < 8; ++begin) {
        int end = begin;
        while (end < 8 && (mask >> end & 1) != 0) ++end;
        if (end - begin < 2 || end - begin <= best.length) continue;
        best = {static_cast<std::uint8_t>(begin), static_cast<std::uint8_t>(end - begin)};
      }
    }
  }
};
constexpr ZeroRuns kZeroRuns;

/// Each byte as two hex digits.
struct HexPairs {
  char text[256][2] = {};
  constexpr HexPairs() {
    for (int value = 0; value < 256; ++value) {
      text[value][0] = "0123456789abcdef"[value >> 4];
      text[value][1] = "0123456789abcdef"[value & 15];
    }
  }
};
constexpr HexPairs kHexPairs;

/// Writes a group without leading zeros and a colon; stores eight bytes in any case.
char* write_hex_group(char* out, std::uint16_t group) noexcept {
  std::uint16_t upper;
  std::uint16_t lower;
  std::memcpy(&upper, kHexPairs.text[group >> 8], 2);
  std::memcpy(&lower, kHexPairs.text[group & 255], 2);
  const auto zeros = static_cast<unsigned>(std::countl_zero(static_cast<std::uint16_t>(group | 1))) / 4;
  // The first digit is the lowest byte of the text.
  const std::uint64_t text = (upper | std::uint64_t{lower} << 16 | std::uint64_t{':'} << 32) >> (8 * zeros);
  std::memcpy(out, &text, sizeof text);
  return out + 5 - zeros;
}

/// Returns: a bit for each of four groups that is zero, the first group's lowest.
unsigned zero_groups(const std::uint8_t* bytes) noexcept {
  constexpr std::uint64_t kBelowTop = 0x7fff'7fff'7fff'7fff;
  std::uint64_t groups;
  std::memcpy(&groups, bytes, sizeof groups);
  // The top bit of each group is set where the group is zero.
  const std::uint64_t zero = ~(((groups & kBelowTop) + kBelowTop) | groups | kBelowTop);
  return static_cast<unsigned>((zero >> 15 | zero >> 30 | zero >> 45 | zero >> 60) & 15);
}

static_assert(std::endian::native == std::endian::little, "digits are shifted within a word");

}  // namespace

IpAddress IpAddress::from_ipv4(const std::uint8_t* bytes) noexcept {
  IpAddress address;
  std::memcpy(address.bytes_.data(), kMappedPrefix, 12);
  std::memcpy(address.bytes_.data() + 12, bytes, 4);
  return address;
}

IpAddress IpAddress::from_ipv6(const std::uint8_t* bytes) noexcept {
  IpAddress address;
  std::memcpy(address.bytes_.data(), bytes, 16);
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;  // inet_pton would stop there
  std::uint8_t bytes[16];
  if (inet_pton(AF_INET, terminated.c_str(), bytes) == 1) return from_ipv4(bytes);
  if (inet_pton(AF_INET6, terminated.c_str(), bytes) == 1) return from_ipv6(bytes);
  return std::nullopt;
}

bool IpAddress::is_v4() const noexcept {
  return is_mapped_ipv4(bytes_.data());
}

std::string IpAddress::to_string() const {
  char text[kMaxIpv6Text];
  return {text, write_ipv6(text, bytes_.data())};
}

std::string Endpoint::to_string() const {
  const std::string host = address.to_string();
  return (address.is_v4() ? host : '[' + host + ']') + ':' + std::to_string(port);
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (bracketed != (host.find(':') != std::string_view::npos)) return std::nullopt;

  Endpoint endpoint;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
  const auto address = IpAddress::parse(host);
  if (!address || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  endpoint.address = *address;
  return endpoint;
}

char* write_ipv6(char* out, const std::uint8_t* bytes) noexcept {
  if (is_mapped_ipv4(bytes)) return write_ipv4(out, bytes + 12);
  const Run zeros = kZeroRuns.by_mask[zero_groups(bytes) | zero_groups(bytes + 8) << 4];
  const auto write_groups = [&](unsigned begin, unsigned end) {
    for (unsigned i = begin; i < end; ++i)
      out = write_hex_group(out, load_be<std::uint16_t>(bytes + std::size_t{2} * i));
  };
  write_groups(0, zeros.begin);
  if (zeros.length == 0) return out - 1;
  if (zeros.begin == 0) *out++ = ':';
  *out++ = ':';
  const unsigned rest = zeros.begin + zeros.length;
  write_groups(rest, 8);
  return rest == 8 ? out : out - 1;
}

}  // namespace flowcef
