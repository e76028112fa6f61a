// Which bytes are text.
#pragma once

#include <cstddef>
#include <string_view>

namespace flowcef {

/// Returns: the length of the UTF-8 character that the text begins with; 0: it begins with none. RFC 3629 section 4.
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;

}  // namespace flowcef
