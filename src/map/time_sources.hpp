// Finds out by which elements a template states times.
#pragma once

#include <cstddef>
#include <optional>

#include "flowcef/map/program.hpp"

namespace flowcef {

[[nodiscard]] Operand operand_of(const Template& layout, const Field& field);

/// Returns: how milliseconds since 1970 follow from that field; nothing if its length or type does not allow it.
[[nodiscard]] std::optional<TimeSource> time_of(const Template& layout, const Field& field);

/// Returns: whether milliseconds lose nothing of what the field states.
[[nodiscard]] bool is_exact(const TimeSource& source);

struct FlowTimeSource {
  TimeSource source;
  std::size_t field;  ///< index of the field that states it
  bool exact;         ///< the time says all that the field states
};

/// The start or end of a flow. Absolute times are preferred to uptimes, and both to the other time and a duration.
[[nodiscard]] std::optional<FlowTimeSource> find_flow_time(const Template& layout, bool start);

}  // namespace flowcef
