#include "batch_record.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <span>
#include <string_view>
#include <system_error>

#include "flowcef/core/crc32c.hpp"

namespace flowcef {
namespace {

/// Longest decimal number of 32 bits, and the blank.
constexpr std::size_t kMaxFraming = 10 + 1;

/// Returns: whether the messages lie in frames back to back that end with the bytes.
bool frames_fit(const RecordHeader& header, const char* index, std::size_t bytes) noexcept {
  std::uint64_t frame_begin = 0;
  for (std::size_t i = 0; i < header.lines; ++i) {
    const LineRef line = decode_index_entry(index + i * kIndexEntry);
    if (line.offset < frame_begin || std::uint64_t{line.offset} + line.length > line.frame_end) return false;
    frame_begin = line.frame_end;
  }
  return frame_begin == bytes;
}

void add_as_it_is(LineBatch& batch, std::string_view frames, const LineRef& line) {
  const std::uint32_t begin = batch.used();
  std::memcpy(batch.tail(), frames.data() + begin, line.frame_end - begin);
  batch.commit(line);
}

void add_framed_anew(LineBatch& batch, std::string_view message, std::uint64_t event, Framing wanted) {
  char* const begin = batch.tail();
  char* end = begin;
  if (wanted == Framing::octet_counting) {
    end = std::to_chars(end, end + kMaxFraming, message.size()).ptr;
    *end++ = ' ';
  }
  const auto offset = batch.used() + static_cast<std::uint32_t>(end - begin);
  std::memcpy(end, message.data(), message.size());
  end += message.size();
  if (wanted == Framing::newline) *end++ = '\n';
  batch.commit({offset, static_cast<std::uint32_t>(message.size()),
                batch.used() + static_cast<std::uint32_t>(end - begin), event});
}

}  // namespace

std::string encode_record(const SpoolEntry& entry) {
  const LineBatch& batch = *entry.batch;
  const std::size_t index_bytes = batch.lines().size() * kIndexEntry;
  const std::size_t payload = index_bytes + batch.bytes().size();
  if (payload > kMaxPayload) throw std::system_error(EFBIG, std::generic_category(), "a batch for the spool");
  std::string index;
  index.reserve(index_bytes);
  for (const LineRef& line : batch.lines()) append_index_entry(index, line);
  const auto number = [](std::size_t value) { return static_cast<std::uint32_t>(value); };
  return encode_record_header({number(payload), number(batch.lines().size()), number(entry.first_line),
                               number(entry.settled), crc32c(batch.bytes(), crc32c(index))}) +
         index;
}

std::optional<RecordHeader> read_record_header(SpoolFile& file, std::uint64_t offset, std::uint64_t end) {
  char bytes[kRecordHeader];
  if (end < offset + kRecordHeader || file.read(offset, bytes) != kRecordHeader) return std::nullopt;
  const auto header = decode_record_header({bytes, kRecordHeader});
  if (!header || header->record_bytes() > end - offset) return std::nullopt;
  return header;
}

bool read_payload(SpoolFile& file, std::uint64_t offset, const RecordHeader& header, std::vector<char>& payload) {
  constexpr std::size_t kKept = std::size_t{1} << 20;
  if (payload.capacity() > kKept && header.payload <= kKept) payload = {};
  payload.resize(header.payload);
  return file.read(offset + kRecordHeader, payload) == payload.size() &&
         crc32c({payload.data(), payload.size()}) == header.payload_sum;
}

BatchRef decode_batch(const RecordHeader& header, const std::vector<char>& payload, Framing framing, Framing wanted,
                      BatchPool& pool) {
  const std::size_t index_bytes = std::size_t{header.lines} * kIndexEntry;
  const std::string_view frames(payload.data() + index_bytes, payload.size() - index_bytes);
  if (!frames_fit(header, payload.data(), frames.size())) return {};
  LineBatch* batch = pool.acquire();
  batch->grow_to_fit(frames.size() + (framing == wanted ? 0 : header.lines * kMaxFraming));
  for (std::size_t i = 0; i < header.lines; ++i) {
    const LineRef line = decode_index_entry(payload.data() + i * kIndexEntry);
    if (framing == wanted) {
      add_as_it_is(*batch, frames, line);
    } else {
      add_framed_anew(*batch, frames.substr(line.offset, line.length), line.event, wanted);
    }
  }
  return pool.seal(batch);
}

}  // namespace flowcef
