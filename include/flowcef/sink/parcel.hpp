// A batch on its way through an output, with what became of its lines so far.
#pragma once

#include <cstddef>

#include "flowcef/map/line_batch.hpp"

namespace flowcef {

/// Lines are numbered as in the batch. first_line <= settled <= number of lines.
struct Parcel {
  BatchRef batch;
  std::size_t first_line = 0;  ///< those before it are done with
  std::size_t settled = 0;     ///< those before it are delivered or dropped; from first_line on they go once more
  std::size_t written = 0;     ///< those before it went out as a whole

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(batch); }
  [[nodiscard]] std::size_t unsettled() const noexcept { return batch->lines().size() - settled; }
};

}  // namespace flowcef
