// Messages of which only the header means anything, as streams and files of payloads hold them.
#pragma once

#include <cstdint>
#include <vector>

#include "support/capture_builder.hpp"

namespace flowcef::test {

/// Input: `version` states its number of records, or, for 10, its length; the body is the mark.
inline ByteVector message(std::uint16_t version, std::size_t stated, std::size_t length, std::uint8_t mark = 0xab) {
  ByteVector out;
  append_be(out, version, 2);
  append_be(out, stated, 2);
  out.resize(length, mark);
  return out;
}

inline ByteVector netflow5(std::size_t records, std::uint8_t mark = 0xab) {
  return message(5, records, 24 + 48 * records, mark);
}

inline ByteVector ipfix(std::size_t length, std::uint8_t mark = 0xab) {
  return message(10, length, length, mark);
}

inline ByteVector joined(const std::vector<ByteVector>& parts) {
  ByteVector out;
  for (const auto& part : parts) append(out, part);
  return out;
}

}  // namespace flowcef::test
