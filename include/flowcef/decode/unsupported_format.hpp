// Export formats that are not decoded, told by name from traffic that is none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "flowcef/core/byte_order.hpp"

namespace flowcef {

enum class UnsupportedFormat : std::uint8_t { netflow6, netflow8, sflow };

inline constexpr std::size_t kUnsupportedFormatCount = 3;

[[nodiscard]] std::string_view to_string(UnsupportedFormat format);

/// Input:   a datagram of a version that is not decoded
/// Returns: nothing if it looks like none of these formats either
[[nodiscard]] std::optional<UnsupportedFormat> recognise_unsupported(Bytes datagram) noexcept;

}  // namespace flowcef
