// Text out of a log line as a value of a record.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "flowcef/decode/information_element.hpp"
#include "flowcef/decode/log_time.hpp"

namespace flowcef {

/// Returns: whether texts can be values of the type; lists and 256-bit numbers have no text.
[[nodiscard]] bool has_log_form(DataType type) noexcept;

/// Appends the value, big-endian and as long as the type has it. Numbers are decimal, bytes hex, booleans true or false,
/// yes or no, 1 or 0; times are those of parse_log_time().
/// Input:   a text that is not empty
/// Returns: false, and appends nothing, if the text is no value of the type
[[nodiscard]] bool append_log_value(DataType type, std::string_view text, const LogClock& clock,
                                    std::vector<std::uint8_t>& bytes);

}  // namespace flowcef
