// The event that `flowcef test-send` sends: made up, marked, of any length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "flowcef/config/config.hpp"
#include "flowcef/map/line_batch.hpp"
#include "flowcef/map/mapping.hpp"

namespace flowcef {

/// What marks the event, in all outputs alike.
struct TestEvent {
  std::string id;            ///< `flowcef-test-1750000000-1f2e3d4c`: its externalId, which no other event has
  std::int64_t time_ms = 0;  ///< since 1970
};

/// Input: the time of day, in milliseconds since 1970.
[[nodiscard]] TestEvent make_test_event(std::int64_t now_ms);

/// Returns: the longest message that the output sends, in bytes without its framing; nothing: any.
[[nodiscard]] std::optional<std::size_t> longest_message(const OutputConfig& output);

/// The syslog header is the output's, with this machine in the exporter's place; vendor, product and versions are the
/// mapping's. The message ends with END; in what fills it up, a number ends at the byte that it names.
/// Input:   `size`: of the message in bytes without its framing; nothing: no longer than it must be
/// Returns: the message without its framing.
/// Errors:  in words: a size below what the event takes, or above what the output sends.
[[nodiscard]] std::expected<std::string, std::string> test_message(const OutputConfig& output, const Mapping& mapping,
                                                                   const TestEvent& event,
                                                                   std::optional<std::size_t> size);

/// Returns: a batch with that message alone.
[[nodiscard]] BatchRef batch_of(std::string_view message, Framing framing, BatchPool& pool);

}  // namespace flowcef
