// Sizes and durations as users write them: `16MiB`, `500ms`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flowcef {

/// Input:   digits and one of B, KiB, MiB, GiB, TiB.
/// Units:   bytes.
/// Returns: nothing for any other text, or for a size that 63 bits do not hold.
[[nodiscard]] std::optional<std::int64_t> parse_size(std::string_view text);

/// Input:   digits and one of ms, s, m, h, d.
/// Returns: nothing for any other text, or for a duration that 63 bits do not hold.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Returns: the text in the largest unit that needs no fraction, so that it reads back as the same value.
[[nodiscard]] std::string size_text(std::int64_t bytes);
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

}  // namespace flowcef
