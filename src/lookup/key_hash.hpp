// A hash of keys that come from the network.
#pragma once

#include <cstdint>
#include <cstring>
#include <random>

#include "flowcef/core/byte_order.hpp"

namespace flowcef {

/// Seeded anew in every process: who sends keys cannot choose ones that meet in a bucket. The same throughout a process.
/// Source: "wyhash", W. Yi; 64 x 64 bits are multiplied and both halves of the product folded.
class KeyHash {
 public:
  [[nodiscard]] static const KeyHash& of_process() {
    static const KeyHash kHash;
    return kHash;
  }

  [[nodiscard]] std::uint64_t operator()(Bytes key) const noexcept {
    std::uint64_t hash = secrets_[0] ^ key.size();
    while (key.size() > 8) {
      hash = fold(hash ^ load(key.data(), 8), secrets_[1]);
      key = key.subspan(8);
    }
    hash = fold(hash ^ load(key.data(), key.size()), secrets_[1]);
    return fold(hash ^ secrets_[2], secrets_[3]);
  }

 private:
  KeyHash() {
    std::random_device random;
    for (std::uint64_t& secret : secrets_) secret = std::uint64_t{random()} << 32 | random();
  }

  static std::uint64_t load(const std::uint8_t* bytes, std::size_t length) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, length);
    return word;
  }
  static std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{a} * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  std::uint64_t secrets_[4];
};

}  // namespace flowcef
