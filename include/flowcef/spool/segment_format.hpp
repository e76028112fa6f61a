// What a segment file of a spool looks like: the numbers in it, and the checks that what is read back has to pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "flowcef/map/line_batch.hpp"

namespace flowcef {

/// A segment is a header block and records back to back. All numbers are little-endian, all sums CRC-32C.
///
///     header block, 4096 bytes
///         0  8 bytes  "cefspool"
///         8  u16      version, 1
///        10  u8       framing: 0 newline, 1 octet counting
///        11  u8       0
///        12  u64      number, the one in the file's name
///        20  u32      sum of the 20 bytes ahead of it
///       512  mark     progress: all records before it are released
///      1024  mark     seal: the end of the last record
///     mark, 20 bytes; rewritten in place, in a disk sector of its own
///         0  u64      offset in the file
///         8  u64      unsettled lines of all records before it
///        16  u32      sum of the 16 bytes ahead of it
///     record, 28 bytes and the payload
///         0  u32      bytes of payload
///         4  u32      lines
///         8  u32      first line that is still to be sent
///        12  u32      first line that does not count as delivered
///        16  u32      sum of the payload
///        20  u32      0
///        24  u32      sum of the 24 bytes ahead of it
///     payload: an index of 20 bytes a line, then the frames back to back
///         0  u32      offset of the message, from the first frame
///         4  u32      bytes of the message
///         8  u32      end of its frame
///        12  u64      event
///
/// A mark that is missing, torn or older than the records costs no line: without progress everything comes again, without
/// a seal the records are looked through for the end of the last whole one.
inline constexpr std::size_t kHeaderBlock = 4096;
inline constexpr std::size_t kProgressAt = 512;
inline constexpr std::size_t kSealAt = 1024;
inline constexpr std::size_t kMarkBytes = 20;
inline constexpr std::size_t kRecordHeader = 28;
inline constexpr std::size_t kIndexEntry = 20;
inline constexpr std::size_t kMaxPayload = std::size_t{64} << 20;

struct SegmentHeader {
  std::uint64_t number = 0;
  Framing framing = Framing::newline;
};

/// A place between two records.
struct SegmentMark {
  std::uint64_t offset = kHeaderBlock;
  std::uint64_t lines = 0;

  friend bool operator==(const SegmentMark&, const SegmentMark&) = default;
};

struct RecordHeader {
  std::uint32_t payload = 0;
  std::uint32_t lines = 0;
  std::uint32_t first_line = 0;
  std::uint32_t settled = 0;
  std::uint32_t payload_sum = 0;

  [[nodiscard]] std::uint32_t unsettled() const noexcept { return lines - settled; }
  [[nodiscard]] std::uint64_t record_bytes() const noexcept { return kRecordHeader + std::uint64_t{payload}; }
};

/// Returns: a header block without marks.
[[nodiscard]] std::string encode_header(const SegmentHeader& header);
/// Errors: what is wrong with it, to follow the name of the file
[[nodiscard]] std::expected<SegmentHeader, std::string> decode_header(std::string_view block);

[[nodiscard]] std::string encode_mark(const SegmentMark& mark);
/// Input:   what follows from where the mark stands.
/// Returns: nothing if there is none that can be true.
[[nodiscard]] std::optional<SegmentMark> decode_mark(std::string_view bytes);

[[nodiscard]] std::string encode_record_header(const RecordHeader& header);
/// Input:   kRecordHeader bytes.
/// Returns: nothing if it is damaged. What it says is true for some payload of that length.
[[nodiscard]] std::optional<RecordHeader> decode_record_header(std::string_view bytes);

void append_index_entry(std::string& out, const LineRef& line);
/// Input: kIndexEntry bytes.
[[nodiscard]] LineRef decode_index_entry(const char* bytes) noexcept;

}  // namespace flowcef
