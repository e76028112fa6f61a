// Values in the forms that mappings ask for.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flowcef/map/program.hpp"
#include "value_writers.hpp"

namespace flowcef {

/// Stands at the end of a text that was cut: U+2026.
inline constexpr std::size_t kCutMark = 3;

/// Writes the text, escaped; one of more than `limit` bytes ends in the mark, within the limit. A limit that has no
/// room for the mark cuts without it. The text counts as it is before escaping.
char* write_marked_text(char* out, Value text, std::size_t limit) noexcept;

/// Cuts what was written, which needs no escaping, as write_marked_text() does. What is in front of the mark is a
/// multiple of `group` bytes: 2 for hex, 4 for base64.
char* mark_cut(char* begin, char* end, std::size_t limit, std::size_t group) noexcept;

/// Cuts a text that was written escaped, `marked` as write_marked_text() does.
char* cut_escaped(char* begin, char* end, std::size_t limit, bool marked) noexcept;

/// Writes a field in the form asked for.
/// Input:   whether its length is the template's, so that NULs may stand behind a text
/// Returns: the end; `out` itself if the form's limit does not hold it
/// Sets:    `cut` if a text was cut without mark
char* write_bytes_form(char* out, const BytesForm& form, Value value, bool fixed_length, bool& cut) noexcept;

}  // namespace flowcef
