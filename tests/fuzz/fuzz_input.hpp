// The bytes of an input as a row of choices.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "flowcef/core/byte_order.hpp"

namespace flowcef::test {

/// Once the bytes are used up, every choice is 0.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size) : in_(Bytes(data, size)) {}

  [[nodiscard]] bool empty() const noexcept { return in_.empty(); }
  [[nodiscard]] std::uint8_t u8() noexcept {
    std::uint8_t value = 0;
    (void)in_.read(value);
    return value;
  }
  [[nodiscard]] std::uint16_t u16() noexcept {
    const unsigned high = u8();
    return static_cast<std::uint16_t>(high << 8 | u8());
  }
  /// Returns: fewer bytes if there are not as many.
  [[nodiscard]] Bytes take(std::size_t size) noexcept {
    Bytes bytes;
    (void)in_.take(std::min(size, in_.remaining()), bytes);
    return bytes;
  }
  template <class T, std::size_t N>
  [[nodiscard]] const T& one_of(const std::array<T, N>& values) noexcept {
    return values[u8() % N];
  }

 private:
  ByteReader in_;
};

}  // namespace flowcef::test
