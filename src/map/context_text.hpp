// The values that hold for every record of a data set, as text.
#pragma once

#include <cstddef>
#include <string_view>

#include "flowcef/core/decimal.hpp"
#include "flowcef/core/ip_address.hpp"
#include "flowcef/decode/data_set.hpp"
#include "flowcef/map/program.hpp"
#include "time_text.hpp"

namespace flowcef {

/// Room for the longest of them, an export header of 24 bytes in hex.
inline constexpr std::size_t kMaxContextValue = 64;
static_assert(kMaxContextValue >= kMaxIpv6Text && kMaxContextValue >= kMaxTimeText &&
              kMaxContextValue >= 2 * kMaxDecimal + kDecimalSlack);

/// Input:   room for kMaxContextValue bytes; an event prefix of at most kMaxDecimal characters
/// Returns: the end of the text; `out` itself if the export says nothing of it
[[nodiscard]] char* write_context_text(char* out, const ContextText& text, const DataSet& set,
                                       std::string_view event_prefix, LocalZone& zone) noexcept;

}  // namespace flowcef
