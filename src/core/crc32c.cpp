#include "flowcef/core/crc32c.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace flowcef {
namespace {

/// Eight bytes are looked up at once, each in the table for its distance from the end of the eight.
/// Source: M. Kounavis, F. Berry, "A Systematic Approach to Building High Performance Software-Based CRC Generators".
struct Tables {
  std::array<std::array<std::uint32_t, 256>, 8> of{};

  constexpr Tables() {
    constexpr std::uint32_t kPolynomial = 0x82f6'3b78;  // 0x1edc6f41, lowest bit first
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      std::uint32_t sum = byte;
      for (int bit = 0; bit < 8; ++bit) sum = sum >> 1 ^ ((sum & 1) != 0 ? kPolynomial : 0);
      of[0][byte] = sum;
    }
    for (std::size_t distance = 1; distance < of.size(); ++distance) {
      for (std::size_t byte = 0; byte < 256; ++byte) {
        const std::uint32_t nearer = of[distance - 1][byte];
        of[distance][byte] = nearer >> 8 ^ of[0][nearer & 0xff];
      }
    }
  }
};
constexpr Tables kTables;

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) noexcept {
  const auto& table = kTables.of;
  std::uint32_t sum = ~before;
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = std::byteswap(word);
    word ^= sum;
    sum = table[7][word & 0xff] ^ table[6][word >> 8 & 0xff] ^ table[5][word >> 16 & 0xff] ^
          table[4][word >> 24 & 0xff] ^ table[3][word >> 32 & 0xff] ^ table[2][word >> 40 & 0xff] ^
          table[1][word >> 48 & 0xff] ^ table[0][word >> 56];
    bytes.remove_prefix(8);
  }
  for (const char c : bytes) sum = sum >> 8 ^ table[0][(sum ^ static_cast<std::uint8_t>(c)) & 0xff];
  return ~sum;
}

}  // namespace flowcef
