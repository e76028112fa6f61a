// Makes a message short enough for an output that takes no longer ones: leaves out whole keys and says how many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "flowcef/map/executor.hpp"

namespace flowcef {

struct ShedMessage {
  char* end;           ///< of the message; null: without all that may be left out it is still too long
  std::uint64_t keys;  ///< left out, labels counted
};

/// Leaves out whole pieces until the message fits, of the lowest priority first, of equal ones the last on the line. Of
/// any two pieces the one that goes first is never kept where the other one is left out, and with the last one that went
/// the message would be too long. Behind what stays there is `shed_keys=` with the number of keys left out.
/// Input:   a message that is longer than the limit, as execute_traced() wrote it, and its pieces, which are stale then
/// Units:   the limit in bytes
[[nodiscard]] ShedMessage shed_keys(const Program& program, char* message, const char* end,
                                    std::span<const LinePiece> pieces, std::size_t limit) noexcept;

}  // namespace flowcef
