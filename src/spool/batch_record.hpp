// One batch as a record of a segment: written, and read back with everything checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flowcef/map/line_batch.hpp"
#include "flowcef/spool/segment_format.hpp"
#include "flowcef/spool/spool.hpp"
#include "flowcef/spool/spool_files.hpp"

namespace flowcef {

/// Returns: header and index; the batch's bytes follow them.
/// Errors:  std::system_error with EFBIG for more than kMaxPayload
[[nodiscard]] std::string encode_record(const SpoolEntry& entry);

/// Input:   `end`: no record reaches beyond it.
/// Returns: nothing if there is no whole one, which leaves no way to the record behind it.
/// Errors:  std::system_error
[[nodiscard]] std::optional<RecordHeader> read_record_header(SpoolFile& file, std::uint64_t offset, std::uint64_t end);

/// Input:   a header that read_record_header() has found at `offset`.
/// Returns: whether the payload is as it was written; it is in `payload` then.
/// Errors:  std::system_error
[[nodiscard]] bool read_payload(SpoolFile& file, std::uint64_t offset, const RecordHeader& header,
                                std::vector<char>& payload);

/// Returns: the batch, framed anew if `wanted` is not `framing`; null if the payload cannot be what was written.
[[nodiscard]] BatchRef decode_batch(const RecordHeader& header, const std::vector<char>& payload, Framing framing,
                                    Framing wanted, BatchPool& pool);

}  // namespace flowcef
