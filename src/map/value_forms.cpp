#include "value_forms.hpp"

#include <algorithm>
#include <cstring>

#include "flowcef/core/cef_escape.hpp"

namespace flowcef {
namespace {

constexpr char kMark[] = "\xe2\x80\xa6";
constexpr std::size_t kHexGroup = 2;
constexpr std::size_t kBase64Group = 4;

bool is_blank(std::uint8_t byte) noexcept {
  return byte == ' ' || byte == '\t' || byte == 0;
}

Value without_blanks(Value text) noexcept {
  while (text.length != 0 && is_blank(text.bytes[text.length - 1])) --text.length;
  while (text.length != 0 && is_blank(text.bytes[0])) ++text.bytes, --text.length;
  return text;
}

Value without_trailing_nuls(Value value) noexcept {
  while (value.length != 0 && value.bytes[value.length - 1] == 0) --value.length;
  return value;
}

char* append_mark(char* out) noexcept {
  std::memcpy(out, kMark, kCutMark);
  return out + kCutMark;
}

/// Source: RFC 4648 section 4.
char* write_base64(char* out, const Value& value) noexcept {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::size_t i = 0;
  for (; i < value.length; i += 3) {
    const std::size_t left = std::min<std::size_t>(value.length - i, 3);
    std::uint32_t bits = std::uint32_t{value.bytes[i]} << 16;
    if (left > 1) bits |= std::uint32_t{value.bytes[i + 1]} << 8;
    if (left > 2) bits |= value.bytes[i + 2];
    *out++ = kDigits[bits >> 18];
    *out++ = kDigits[bits >> 12 & 63];
    *out++ = left > 1 ? kDigits[bits >> 6 & 63] : '=';
    *out++ = left > 2 ? kDigits[bits & 63] : '=';
  }
  return out;
}

char* write_text_form(char* out, const BytesForm& form, Value text, bool& cut) noexcept {
  if (form.limit == 0) return write_extension_value(out, text.bytes, text.length);
  if (form.marked) return write_marked_text(out, text, form.limit);
  cut = text.length > form.limit;
  if (cut) text.length = cut_at_code_point(text.bytes, text.length, form.limit);
  return write_extension_value(out, text.bytes, text.length);
}

/// What fills up base64 needs an escape.
char* escape_padding(char* begin, char* end) noexcept {
  std::size_t padding = 0;
  for (; end != begin && end[-1] == '='; ++padding) --end;
  for (; padding != 0; --padding) {
    *end++ = '\\';
    *end++ = '=';
  }
  return end;
}

/// The digits of more bytes than the limit are never shown, so they are not written.
char* write_digits(char* out, const BytesForm& form, Value value) noexcept {
  const bool base64 = form.form == ValueForm::base64;
  const std::size_t digits = base64 ? (value.length + 2) / 3 * kBase64Group : kHexGroup * value.length;
  if (form.limit != 0 && !form.marked && digits > form.limit) return out;
  if (form.limit != 0) value.length = std::min<std::size_t>(value.length, form.limit);
  char* end = base64 ? write_base64(out, value) : write_hex(out, value.bytes, value.length);
  if (form.limit != 0) end = mark_cut(out, end, form.limit, base64 ? kBase64Group : kHexGroup);
  return base64 ? escape_padding(out, end) : end;
}

}  // namespace

char* write_marked_text(char* out, Value text, std::size_t limit) noexcept {
  text = without_blanks(text);
  if (text.length <= limit) return write_extension_value(out, text.bytes, text.length);
  const bool room = limit >= kCutMark;
  const std::size_t wanted = room ? limit - kCutMark : limit;
  text.length = cut_at_code_point(text.bytes, text.length, wanted);
  out = write_extension_value(out, text.bytes, text.length);
  return room ? append_mark(out) : out;
}

char* mark_cut(char* begin, char* end, std::size_t limit, std::size_t group) noexcept {
  if (static_cast<std::size_t>(end - begin) <= limit) return end;
  const bool room = limit >= kCutMark;
  const std::size_t wanted = room ? limit - kCutMark : limit;
  char* const cut = begin + wanted / group * group;
  return room ? append_mark(cut) : cut;
}

/// Input: well-formed UTF-8
char* cut_escaped(char* begin, char* end, std::size_t limit, bool marked) noexcept {
  marked = marked && limit >= kCutMark;
  const std::size_t wanted = marked ? limit - kCutMark : limit;
  std::size_t length = 0;  // before escaping
  char* cut = begin;
  for (char* at = begin; at != end;) {
    if (length <= wanted) cut = at;
    if (*at == '\\') ++at;
    do {
      ++at, ++length;
    } while (at != end && (static_cast<std::uint8_t>(*at) & 0xc0) == 0x80);
  }
  if (length <= limit) return end;
  while (cut != begin && cut[-1] == ' ') --cut;
  return marked ? append_mark(cut) : cut;
}

char* write_bytes_form(char* out, const BytesForm& form, Value value, bool fixed_length, bool& cut) noexcept {
  if (form.form == ValueForm::plain) {
    if (fixed_length) value.length = text_length(value);
    return write_text_form(out, form, value, cut);
  }
  if (form.form == ValueForm::text) {
    const Value text = without_trailing_nuls(value);
    if (is_printable_text(text.bytes, text.length)) return write_text_form(out, form, text, cut);
  }
  return write_digits(out, form, value);
}

}  // namespace flowcef
