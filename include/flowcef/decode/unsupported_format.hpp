// Export formats that are not decoded, told by name from traffic that is none.
#pragma once

#include <optional>

#include "flowcef/core/byte_order.hpp"
#include "flowcef/decode/refusal.hpp"

namespace flowcef {

/// Input:   a datagram that could not be decoded as what its version says
/// Returns: netflow6, netflow8, sflow or packeteer1; nothing if it looks like none of these either
[[nodiscard]] std::optional<Refusal> recognise_unsupported(Bytes datagram) noexcept;

}  // namespace flowcef
