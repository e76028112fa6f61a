#include <algorithm>
#include <array>
#include <cstring>

#include "flowcef/core/ip_address.hpp"
#include "flowcef/lookup/lookup_reader.hpp"

namespace flowcef {
namespace {

Bytes without_padding(Bytes text) noexcept {
  const auto end = std::ranges::find(text, 0);
  text = text.first(static_cast<std::size_t>(end - text.begin()));
  while (!text.empty() && text.back() == ' ') text = text.first(text.size() - 1);
  return text;
}

/// Returns: an address of 4 or 16 bytes; nothing if it is neither.
Bytes address(Bytes value) noexcept {
  if (value.size() == 4) return value;
  if (value.size() != 16) return {};
  return is_mapped_ipv4(value.data()) ? value.subspan(12) : value;
}

Bytes number(Bytes value) noexcept {
  while (value.size() > 1 && value.front() == 0) value = value.subspan(1);
  return value;
}

/// Writes a number below 0 in 8 bytes.
Bytes signed_number(Bytes value, std::array<std::uint8_t, 8>& room) noexcept {
  if (value.empty() || value.front() < 0x80 || value.size() > room.size()) return number(value);
  room.fill(0xff);
  std::ranges::copy_backward(value, room.end());
  return room;
}

Bytes canonical(DataType type, Bytes value, std::array<std::uint8_t, 8>& room) noexcept {
  if (is_signed(type)) return signed_number(value, room);
  switch (type) {
    case DataType::ipv4_address:
    case DataType::ipv6_address:
      return address(value);
    case DataType::string:
      return without_padding(value);
    case DataType::octet_array:
    case DataType::mac_address:
    case DataType::float32:
    case DataType::float64:
      return value;
    case DataType::basic_list:
    case DataType::sub_template_list:
    case DataType::sub_template_multi_list:
      return {};
    default:
      return number(value);
  }
}

}  // namespace

/// Each value has its length in front, so that two keys are the same only if all their values are.
bool LookupKey::append(DataType type, Bytes value) noexcept {
  std::array<std::uint8_t, 8> room;
  value = canonical(type, value, room);
  if (value.empty() || value.size() >= kMaxBytes - size_) return false;
  bytes_[size_] = static_cast<std::uint8_t>(value.size());
  std::memcpy(bytes_.data() + size_ + 1, value.data(), value.size());
  size_ += 1 + value.size();
  return true;
}

}  // namespace flowcef
