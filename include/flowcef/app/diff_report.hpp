// What `flowcef diff` tells about two mappings.
#pragma once

#include <array>
#include <cstdint>
#include <ostream>
#include <string>

#include "flowcef/app/line_diff.hpp"

namespace flowcef {

/// What was compared.
struct DiffSubject {
  std::array<std::string, 2> mappings;  ///< their files
  std::array<std::string, 2> hashes;    ///< as Translation::hash
  std::uint64_t records = 0;            ///< decoded
  std::uint64_t refused = 0;            ///< datagrams and parts of them that could not be
  std::int64_t span_ns = 0;             ///< between the first and the last datagram of each capture, summed up
};

/// Writes totals, then keys by what became of them, then examples; the last line is `same: ...` or `N of M lines differ`.
void write_diff_report(std::ostream& out, const DiffSubject& subject, const LineDiff& diff);

}  // namespace flowcef
