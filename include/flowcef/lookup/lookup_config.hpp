// What a lookup can be told: a table that log lines, exports or a file fill, for flows to look into. Plain data with its
// defaults.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/core/source_position.hpp"

namespace flowcef {

struct LookupConfig {
  PositionedText name;              ///< as mappings call it: letters, digits, `_` and `-`, a letter first; unique
  std::vector<PositionedText> key;  ///< elements of the records that fill it, or the first columns of the file; 1 to 4
  std::vector<PositionedText> columns;  ///< elements that are kept; of a file: empty, as its first line names them

  // Filled by records:
  std::vector<PositionedText> inputs;  ///< names of inputs, of whose records each is taken that has the whole key
  std::chrono::milliseconds window{900'000};  ///< how long before a flow began the record may have been made
  std::chrono::milliseconds after{60'000};    ///< how long after the flow ended
  std::size_t max_entries = 1'000'000;        ///< the least recently used one makes room

  // Or by a CSV file:
  std::filesystem::path file;                     ///< empty: by records
  std::chrono::milliseconds check_every{10'000};  ///< how often it is looked at for changes

  friend bool operator==(const LookupConfig&, const LookupConfig&) = default;
};

}  // namespace flowcef
