// Segments that an earlier run has left: their names, and what is still to be read of them.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/spool/segment_format.hpp"
#include "flowcef/spool/spool_files.hpp"

namespace flowcef {

/// The number of a spool's first segment; later ones go up from there, those that are put in front down.
inline constexpr std::uint64_t kFirstSegment = 1'000'000'000'000'000'000;

/// Returns: 20 digits and ".spool".
[[nodiscard]] std::string segment_name(std::uint64_t number);
/// Returns: nothing for the name of another file, or a number that cannot have come about.
[[nodiscard]] std::optional<std::uint64_t> segment_number(std::string_view name);

struct RecoveredSegment {
  SegmentHeader header;
  SegmentMark progress;
  SegmentMark end;
  bool sealed = false;  ///< false: the end was searched, and what is behind it is of a record that was not finished
};

/// Reads the header block, and where there is no seal also the records.
/// Input:  a file of at least kHeaderBlock bytes.
/// Errors: std::unexpected: what is wrong with the header; std::system_error
[[nodiscard]] std::expected<RecoveredSegment, std::string> recover_segment(SpoolFile& file, std::uint64_t number);

}  // namespace flowcef
