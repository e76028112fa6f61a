#include "flowcef/core/cef_escape.hpp"

#include <cstring>

namespace flowcef {
namespace {

constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
constexpr std::uint64_t kHighBits = 0x8080'8080'8080'8080;

constexpr std::uint64_t zero_bytes(std::uint64_t x) {
  return (x - kOnes) & ~x & kHighBits;
}

/// True unless all eight bytes are printable ASCII that needs no escape.
/// One test for eight bytes at a time is what makes strings cheap: they are nearly always plain.
[[gnu::always_inline]] inline bool needs_care(std::uint64_t x) {
  const std::uint64_t below_blank = (x - kOnes * 0x20) & ~x & kHighBits;
  return ((x & kHighBits) | below_blank | zero_bytes(x ^ kOnes * '=') | zero_bytes(x ^ kOnes * '\\') |
          zero_bytes(x ^ kOnes * 0x7f)) != 0;
}

bool is_continuation(std::uint8_t byte) {
  return (byte & 0xc0) == 0x80;
}

/// Returns: length of the well-formed UTF-8 sequence at `text`, or 0. Source: Unicode, table 3-7.
std::size_t sequence_length(const std::uint8_t* text, std::size_t length) {
  const std::uint8_t lead = text[0];
  if (lead >= 0xc2 && lead <= 0xdf) return length >= 2 && is_continuation(text[1]) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (length < 3 || !is_continuation(text[1]) || !is_continuation(text[2])) return 0;
    const bool overlong = lead == 0xe0 && text[1] < 0xa0;
    const bool surrogate = lead == 0xed && text[1] >= 0xa0;
    return overlong || surrogate ? 0 : 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (length < 4 || !is_continuation(text[1]) || !is_continuation(text[2]) || !is_continuation(text[3])) return 0;
    const bool overlong = lead == 0xf0 && text[1] < 0x90;
    const bool too_large = lead == 0xf4 && text[1] >= 0x90;
    return overlong || too_large ? 0 : 4;
  }
  return 0;
}

/// Writes the character at `text` and returns how many bytes of input it was.
std::size_t write_character(char*& out, const std::uint8_t* text, std::size_t length) {
  const std::uint8_t byte = text[0];
  if (byte >= 0x80) {
    if (const std::size_t size = sequence_length(text, length); size != 0) {
      std::memcpy(out, text, size);
      out += size;
      return size;
    }
    std::memcpy(out, "\xef\xbf\xbd", 3);
    out += 3;
    return 1;
  }
  if (byte == '=' || byte == '\\' || byte == '\n' || byte == '\r') {
    *out++ = '\\';
    *out++ = byte == '\n' ? 'n' : byte == '\r' ? 'r' : static_cast<char>(byte);
  } else {
    *out++ = byte < 0x20 || byte == 0x7f ? ' ' : static_cast<char>(byte);
  }
  return 1;
}

/// Copies text that is plain throughout, in words, the last of which overlaps the one before.
/// Returns: false if some of it needs care; what was written is void then.
bool copy_plain(char* out, const std::uint8_t* text, std::size_t length) {
  if (length >= 8) {
    std::uint64_t chunk;
    for (std::size_t done = 0; done + 8 <= length; done += 8) {
      std::memcpy(&chunk, text + done, 8);
      if (needs_care(chunk)) return false;
      std::memcpy(out + done, &chunk, 8);
    }
    std::memcpy(&chunk, text + length - 8, 8);
    std::memcpy(out + length - 8, &chunk, 8);
    return !needs_care(chunk);
  }
  std::uint64_t chunk = kOnes * 'x';
  for (std::size_t i = 0; i < length; ++i) chunk = chunk << 8 | text[i];
  if (needs_care(chunk)) return false;
  for (std::size_t i = 0; i < length; ++i) out[i] = static_cast<char>(text[i]);
  return true;
}

bool is_blank(std::uint8_t byte) {
  return byte == ' ' || byte == '\t' || byte == 0;
}

}  // namespace

char* write_extension_value(char* out, const std::uint8_t* text, std::size_t length) noexcept {
  while (length != 0 && is_blank(text[length - 1])) --length;
  while (length != 0 && is_blank(text[0])) ++text, --length;
  if (copy_plain(out, text, length)) return out + length;
  char* const begin = out;
  while (length != 0) {
    if (length >= 8 && copy_plain(out, text, 8)) {
      out += 8, text += 8, length -= 8;
      continue;
    }
    const std::size_t taken = write_character(out, text, length);
    text += taken, length -= taken;
  }
  // Control characters at the ends have become blanks only now.
  char* first = begin;
  while (out != begin && out[-1] == ' ') --out;
  while (first != out && *first == ' ') ++first;
  if (first != begin) {
    std::memmove(begin, first, static_cast<std::size_t>(out - first));
    out -= first - begin;
  }
  return out;
}

std::string escape_header_field(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '|') escaped += '\\';
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    escaped += control ? ' ' : c;
  }
  return escaped;
}

std::string escape_extension_value(std::string_view text) {
  std::string escaped(text.size() * kMaxEscapeGrowth + 8, '\0');
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const char* end = write_extension_value(escaped.data(), bytes, text.size());
  escaped.resize(static_cast<std::size_t>(end - escaped.data()));
  return escaped;
}

bool is_printable_text(const std::uint8_t* text, std::size_t length) noexcept {
  while (length != 0) {
    std::size_t size = 1;
    if (text[0] >= 0x80) {
      size = sequence_length(text, length);
      const bool control = text[0] == 0xc2 && size == 2 && text[1] < 0xa0;  // U+0080 to U+009F
      if (size == 0 || control) return false;
    } else if (text[0] < 0x20 || text[0] == 0x7f) {
      return false;
    }
    text += size, length -= size;
  }
  return true;
}

std::size_t cut_at_code_point(const std::uint8_t* text, std::size_t length, std::size_t limit) noexcept {
  if (length <= limit) return length;
  // Bytes that are no UTF-8 may be cut anywhere; there may be any number of them.
  std::size_t start = limit;
  while (start != 0 && limit - start < 3 && is_continuation(text[start])) --start;
  return sequence_length(text + start, length - start) > limit - start ? start : limit;
}

}  // namespace flowcef
