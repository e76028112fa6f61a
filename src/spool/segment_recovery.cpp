#include "segment_recovery.hpp"

#include <charconv>

#include "batch_record.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kDigits = 20;
constexpr std::string_view kSuffix = ".spool";

/// Returns: the end of the last record that is whole.
SegmentMark search_end(SpoolFile& file, const SegmentMark& progress) {
  const std::uint64_t size = file.size();
  std::vector<char> payload;
  SegmentMark end = progress;
  SegmentMark next = progress;
  while (const auto header = read_record_header(file, next.offset, size)) {
    const bool whole = read_payload(file, next.offset, *header, payload);
    next = {next.offset + header->record_bytes(), next.lines + header->unsettled()};
    if (whole) end = next;
  }
  return end;
}

bool can_precede(const SegmentMark& progress, const SegmentMark& end) {
  return progress == end || (progress.offset < end.offset && progress.lines <= end.lines);
}

}  // namespace

std::string segment_name(std::uint64_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, kDigits - digits.size(), '0');
  return digits.append(kSuffix);
}

std::optional<std::uint64_t> segment_number(std::string_view name) {
  if (name.size() != kDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + kDigits, number);
  const bool possible = number > kFirstSegment / 2 && number < kFirstSegment * 2;
  if (error != std::errc() || end != name.data() + kDigits || !possible) return std::nullopt;
  return number;
}

std::expected<RecoveredSegment, std::string> recover_segment(SpoolFile& file, std::uint64_t number) {
  std::string block(kHeaderBlock, '\0');
  block.resize(file.read(0, block));
  const auto header = decode_header(block);
  if (!header) return std::unexpected(header.error());
  if (header->number != number) return std::unexpected("is segment " + std::to_string(header->number));
  RecoveredSegment segment{.header = *header, .progress = {}, .end = {}};
  if (const auto progress = decode_mark(std::string_view(block).substr(kProgressAt))) segment.progress = *progress;
  if (const auto seal = decode_mark(std::string_view(block).substr(kSealAt))) {
    segment.end = *seal;
    segment.sealed = true;
    if (!can_precede(segment.progress, segment.end)) segment.progress = {};
  } else {
    segment.end = search_end(file, segment.progress);
  }
  return segment;
}

}  // namespace flowcef
