// The length in front of a variable-length value.
#pragma once

#include "flowcef/core/byte_order.hpp"
#include "flowcef/decode/template.hpp"

namespace flowcef {

/// Input:   a field's length as its template states it
/// Returns: whether the whole value is there; `value` is it, without the length in front
/// Source:  RFC 7011 section 7
[[nodiscard]] inline bool take_value(ByteReader& in, std::uint16_t stated, Bytes& value) noexcept {
  if (stated != kVariableLength) return in.take(stated, value);
  std::uint8_t short_form = 0;
  if (!in.read(short_form)) return false;
  if (short_form < 255) return in.take(short_form, value);
  std::uint16_t long_form = 0;
  return in.read(long_form) && in.take(long_form, value);
}

}  // namespace flowcef
