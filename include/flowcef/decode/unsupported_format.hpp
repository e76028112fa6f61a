// Export formats that are not decoded, told by name from traffic that is none.
#pragma once

#include <optional>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/decode/refusal.hpp"

namespace flowcef {

/// Input:   a datagram of a version that is not decoded
/// Returns: netflow6, netflow8 or sflow; nothing if it looks like none of these either
[[nodiscard]] std::optional<Refusal> recognise_unsupported(Bytes datagram) noexcept;

}  // namespace flowcef
