// Tells contents apart by a short text.
#pragma once

#include <string>
#include <string_view>

namespace flowcef {

/// Returns: the SHA-256 of the bytes, 64 digits in hex.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace flowcef
