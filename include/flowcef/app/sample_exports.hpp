// Made-up export messages that fill the keys of mappings: what a configuration's lines are tried with before there is
// any traffic.
#pragma once

#include <cstdint>
#include <vector>

#include "flowcef/decode/information_element.hpp"
#include "flowcef/map/mapping.hpp"

namespace flowcef {

/// When the messages were exported, in seconds since 1970.
inline constexpr std::uint32_t kSampleExportTime = 1'750'000'000;

/// Flows over IPv4 and IPv6, ICMP, what the event rules ask for, options data, and every element that a key or rule
/// names, with the other elements of its vendor; each with usual values, large counts, zeros, and texts that are empty,
/// long, not UTF-8, or look like CEF.
/// Returns: IPFIX and NetFlow v9 messages with their templates, in the order in which they are to be decoded; the same
///          for the same mappings.
[[nodiscard]] std::vector<std::vector<std::uint8_t>> sample_exports(const std::vector<const Mapping*>& mappings,
                                                                    const ElementRegistry& registry);

}  // namespace flowcef
