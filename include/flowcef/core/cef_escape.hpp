// Text made safe for a CEF line: no input can end the line, forge a key, or leave invalid UTF-8 in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace flowcef {

/// A byte of input becomes at most this many of output (a bad byte becomes U+FFFD).
inline constexpr std::size_t kMaxEscapeGrowth = 3;

/// Writes an extension value: `\`, `=`, LF and CR escaped, other control characters as blanks, bad UTF-8 as U+FFFD,
/// blanks at both ends left out.
/// Input:   room for kMaxEscapeGrowth bytes of output per byte of input and 8 more, which may be overwritten
/// Returns: the end of what was written; `out` itself if nothing is left
/// Source:  CEF Implementation Standard, "Character Encoding"
char* write_extension_value(char* out, const std::uint8_t* text, std::size_t length) noexcept;

/// Returns: `text` as a header field: `\` and `|` escaped, line breaks and other control characters as blanks.
[[nodiscard]] std::string escape_header_field(std::string_view text);
/// Returns: `text` as write_extension_value writes it.
[[nodiscard]] std::string escape_extension_value(std::string_view text);

/// Returns: whether it is well-formed UTF-8 without control characters.
[[nodiscard]] bool is_printable_text(const std::uint8_t* text, std::size_t length) noexcept;

/// Returns: the largest length up to `limit` that does not cut a UTF-8 code point.
[[nodiscard]] std::size_t cut_at_code_point(const std::uint8_t* text, std::size_t length, std::size_t limit) noexcept;

}  // namespace flowcef
