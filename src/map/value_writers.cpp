#include "value_writers.hpp"

#include "flowcef/core/cef_escape.hpp"

namespace flowcef {
namespace {

constexpr std::uint8_t kEngineWithPen = 20;  // PANA-L7-PEN
constexpr std::size_t kMaxApplicationId = 20;

std::int64_t load_signed(const std::uint8_t* bytes, std::size_t length) noexcept {
  const unsigned shift = static_cast<unsigned>(64 - 8 * length);
  return static_cast<std::int64_t>(load_be(bytes, length) << shift) >> shift;
}

}  // namespace

char* write_signed(char* out, const Value& value) noexcept {
  if (value.length == 0) return out;
  if (value.length > 8) return write_hex(out, value.bytes, value.length);
  return write_i64(out, load_signed(value.bytes, value.length));
}

char* write_unsigned(char* out, Value value) noexcept {
  if (value.length == 0) return out;
  value = without_leading_zeros(value);
  if (value.length > 8) return write_hex(out, value.bytes, value.length);
  return write_u64(out, load_be(value.bytes, value.length));
}

char* write_application_id(char* out, const Value& value) noexcept {
  if (value.length == 0) return out;
  const std::uint8_t engine = value.bytes[0];
  const std::size_t selector_at = engine == kEngineWithPen ? 5 : 1;
  if (value.length < selector_at || value.length > kMaxApplicationId) return write_hex(out, value.bytes, value.length);
  const Value selector = without_leading_zeros({value.bytes + selector_at, value.length - selector_at});
  if (selector.length > 8) return write_hex(out, value.bytes, value.length);
  out = write_u8(out, engine);
  *out++ = ':';
  if (engine == kEngineWithPen) {
    out = write_u64(out, load_be<std::uint32_t>(value.bytes + 1));
    *out++ = ':';
  }
  return write_u64(out, load_be(selector.bytes, selector.length));
}

char* write_string(char* out, Value value, bool fixed_length) noexcept {
  return write_extension_value(out, value.bytes, fixed_length ? text_length(value) : value.length);
}

}  // namespace flowcef
