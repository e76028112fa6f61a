#include "flowcef/spool/segment_format.hpp"

#include <bit>
#include <cassert>
#include <cstring>

#include "flowcef/core/crc32c.hpp"

namespace flowcef {
namespace {

constexpr std::string_view kMagic = "cefspool";
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kSum = 4;
/// So that sums of lines and offsets, even made-up ones, stay far below what a number can hold.
constexpr std::uint64_t kMaxOffset = std::uint64_t{1} << 40;

/// From the host's byte order to little-endian, and back.
template <class T>
T little_endian(T value) noexcept {
  if constexpr (std::endian::native == std::endian::big) value = std::byteswap(value);
  return value;
}

template <class T>
void put(std::string& out, T value) {
  value = little_endian(value);
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

template <class T>
T get(const char* bytes) noexcept {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return little_endian(value);
}

void put_sum(std::string& out) {
  put(out, crc32c(out));
}

/// Input: as many bytes as are summed up, and the sum.
bool sum_is_right(std::string_view bytes) noexcept {
  const std::size_t summed = bytes.size() - kSum;
  return get<std::uint32_t>(bytes.data() + summed) == crc32c(bytes.substr(0, summed));
}

}  // namespace

std::string encode_header(const SegmentHeader& header) {
  std::string out(kMagic);
  put(out, kVersion);
  put(out, static_cast<std::uint8_t>(header.framing));
  put(out, std::uint8_t{0});
  put(out, header.number);
  put_sum(out);
  out.resize(kHeaderBlock);
  return out;
}

std::expected<SegmentHeader, std::string> decode_header(std::string_view block) {
  constexpr std::size_t kVersionAt = 8;
  constexpr std::size_t kFramingAt = 10;
  constexpr std::size_t kNumberAt = 12;
  constexpr std::size_t kEnd = kNumberAt + 8 + kSum;
  if (block.size() < kEnd || !block.starts_with(kMagic)) return std::unexpected("is no spool segment");
  // Ahead of the sum, which another version may make in another way.
  if (const auto version = get<std::uint16_t>(block.data() + kVersionAt); version != kVersion) {
    return std::unexpected("is of version " + std::to_string(version) + ", expected " + std::to_string(kVersion));
  }
  if (!sum_is_right(block.substr(0, kEnd))) return std::unexpected("has a damaged header");
  const auto framing = get<std::uint8_t>(block.data() + kFramingAt);
  if (framing > static_cast<std::uint8_t>(Framing::octet_counting)) {
    return std::unexpected("has unknown framing " + std::to_string(framing));
  }
  return SegmentHeader{get<std::uint64_t>(block.data() + kNumberAt), static_cast<Framing>(framing)};
}

std::string encode_mark(const SegmentMark& mark) {
  std::string out;
  put(out, mark.offset);
  put(out, mark.lines);
  put_sum(out);
  return out;
}

std::optional<SegmentMark> decode_mark(std::string_view bytes) {
  if (bytes.size() < kMarkBytes || !sum_is_right(bytes.substr(0, kMarkBytes))) return std::nullopt;
  const SegmentMark mark{get<std::uint64_t>(bytes.data()), get<std::uint64_t>(bytes.data() + 8)};
  if (mark.offset < kHeaderBlock || mark.offset > kMaxOffset ||
      mark.lines > (mark.offset - kHeaderBlock) / kIndexEntry) {
    return std::nullopt;
  }
  return mark;
}

std::string encode_record_header(const RecordHeader& header) {
  std::string out;
  put(out, header.payload);
  put(out, header.lines);
  put(out, header.first_line);
  put(out, header.settled);
  put(out, header.payload_sum);
  put(out, std::uint32_t{0});
  put_sum(out);
  return out;
}

std::optional<RecordHeader> decode_record_header(std::string_view bytes) {
  assert(bytes.size() == kRecordHeader);
  if (!sum_is_right(bytes)) return std::nullopt;
  const auto number = [&bytes](std::size_t index) { return get<std::uint32_t>(bytes.data() + 4 * index); };
  const RecordHeader header{number(0), number(1), number(2), number(3), number(4)};
  if (header.payload > kMaxPayload || header.lines == 0 || header.lines > header.payload / kIndexEntry ||
      header.first_line > header.settled || header.settled > header.lines) {
    return std::nullopt;
  }
  return header;
}

void append_index_entry(std::string& out, const LineRef& line) {
  put(out, line.offset);
  put(out, line.length);
  put(out, line.frame_end);
  put(out, line.event);
}

LineRef decode_index_entry(const char* bytes) noexcept {
  return {get<std::uint32_t>(bytes), get<std::uint32_t>(bytes + 4), get<std::uint32_t>(bytes + 8),
          get<std::uint64_t>(bytes + 12)};
}

}  // namespace flowcef
