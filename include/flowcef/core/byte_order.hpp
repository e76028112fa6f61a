// Unaligned big-endian loads and a bounds-checked reader over bytes from the network.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace flowcef {

using Bytes = std::span<const std::uint8_t>;

/// Input: at least sizeof(T) bytes, big-endian, at any alignment.
template <class T>
[[nodiscard]] inline T load_be(const std::uint8_t* bytes) noexcept {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  if constexpr (std::endian::native == std::endian::little) value = std::byteswap(value);
  return value;
}

/// Input: `length` bytes (1 to 8), big-endian. IPFIX reduced-size encoding, RFC 7011 section 6.2.
[[nodiscard]] inline std::uint64_t load_be(const std::uint8_t* bytes, std::size_t length) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < length; ++i) value = value << 8 | bytes[i];
  return value;
}

[[nodiscard]] inline bool all_zero(Bytes bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

/// Reads big-endian numbers off the front of a byte range; a read that does not fit changes nothing.
/// Lifetime: views the bytes it was made of; what take() returns views them too.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) noexcept : rest_(bytes) {}

  [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }
  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
  [[nodiscard]] Bytes rest() const noexcept { return rest_; }

  template <class T>
  [[nodiscard]] bool read(T& value) noexcept {
    if (rest_.size() < sizeof(T)) return false;
    value = load_be<T>(rest_.data());
    rest_ = rest_.subspan(sizeof(T));
    return true;
  }

  [[nodiscard]] bool take(std::size_t length, Bytes& bytes) noexcept {
    if (rest_.size() < length) return false;
    bytes = rest_.first(length);
    rest_ = rest_.subspan(length);
    return true;
  }

 private:
  Bytes rest_;
};

}  // namespace flowcef
