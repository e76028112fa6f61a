// Part of a data set: some of its records, with all that belongs to them.
#pragma once

#include <cstdint>
#include <vector>

#include "flowcef/decode/data_set.hpp"

namespace flowcef {

/// Cuts data sets.
/// Thread: one. Nothing is allocated once the buffers have their size.
class DataSetSlicer {
 public:
  /// Input:    `count` records from `first` on that the set has
  /// Lifetime: of what is returned: as the set, and until the next call
  [[nodiscard]] DataSet slice(const DataSet& set, std::uint32_t first, std::uint32_t count);

 private:
  std::vector<ListItem> items_;
  std::vector<std::uint32_t> ends_;
};

}  // namespace flowcef
