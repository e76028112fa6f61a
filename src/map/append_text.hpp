#pragma once

#include <cstring>
#include <string_view>

namespace flowcef {

/// Returns: the end of what was written; `out` has room for all of `text`.
inline char* append(char* out, std::string_view text) noexcept {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

}  // namespace flowcef
