// Segment files of a spool: one or two of them, as they stand or with marks and sums put right, as no mutation would hit
// them. They are opened, read, in part released, added to, and opened again.
#include <algorithm>
#include <string>
#include <vector>

#include "flowcef/core/crc32c.hpp"
#include "flowcef/spool/segment_format.hpp"
#include "flowcef/spool/spool.hpp"
#include "fuzz/fuzz_input.hpp"
#include "fuzz/fuzz_support.hpp"
#include "support/power_loss_files.hpp"

namespace flowcef::test {
namespace {

constexpr std::uint64_t kFirst = 1'000'000'000'000'000'000;

void put_u32(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> 8 * i);
}

void correct_sums(std::string& records) {
  const auto size = [&records](std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 4; i > 0; --i) value = value << 8 | static_cast<std::uint8_t>(records[at + i - 1]);
    return value;
  };
  for (std::size_t at = 0; records.size() - at >= kRecordHeader;) {
    const std::size_t begin = at + kRecordHeader;
    const auto payload = static_cast<std::size_t>(std::min<std::uint64_t>(size(at), records.size() - begin));
    put_u32(records, at + 16, crc32c(std::string_view(records).substr(begin, payload)));
    put_u32(records, at + 24, crc32c(std::string_view(records).substr(at, 24)));
    at = begin + payload;
  }
}

std::string take_text(FuzzInput& in, std::size_t size) {
  const Bytes bytes = in.take(size);
  return {bytes.begin(), bytes.end()};
}

std::string make_segment(FuzzInput& in, std::uint64_t number) {
  enum Choice : std::uint8_t { as_it_stands = 1, sums = 2, octets = 4, progress = 8, seal = 16 };
  const std::uint8_t chosen = in.u8();
  if ((chosen & as_it_stands) != 0) return take_text(in, in.u16());
  std::string bytes = encode_header({number, (chosen & octets) != 0 ? Framing::octet_counting : Framing::newline});
  const auto mark = [&](std::uint8_t choice, std::size_t at) {
    if ((chosen & choice) == 0) return;
    const std::uint64_t offset = kHeaderBlock + in.u16();
    bytes.replace(at, kMarkBytes, encode_mark({offset, in.u16()}));
  };
  mark(progress, kProgressAt);
  mark(seal, kSealAt);
  std::string records = take_text(in, in.u16());
  if ((chosen & sums) != 0) correct_sums(records);
  return bytes + records;
}

void check_batch(const SpoolEntry& entry) {
  const LineBatch& batch = *entry.batch;
  require(!batch.empty(), "a batch has lines");
  require(entry.first_line <= entry.settled && entry.settled <= batch.lines().size(), "lines are numbered in order");
  std::uint32_t frame_begin = 0;
  for (const LineRef& line : batch.lines()) {
    require(line.offset >= frame_begin && line.length <= line.frame_end - line.offset, "a message is in its frame");
    require(line.frame_end <= batch.bytes().size(), "a frame is in its batch");
    (void)crc32c(batch.message(line));  // touches all of it
    frame_begin = line.frame_end;
  }
  require(frame_begin == batch.bytes().size(), "the last frame ends with the batch");
}

/// Reads everything, and releases each so many-th. Returns: what was not released.
std::vector<SpoolEntry> read_all(Spool& spool, std::uint64_t lines, std::size_t each) {
  std::vector<SpoolEntry> kept;
  std::size_t count = 0;
  while (spool.has_unread()) {
    require(spool.status().lines <= lines, "no more lines than were found");
    const SpoolRead read = spool.read_next();
    require(read.lost <= lines, "no more is lost than was found");
    lines -= read.lost;
    if (!read.found) continue;
    check_batch(read.found->entry);
    const std::uint64_t unsettled = read.found->entry.batch->lines().size() - read.found->entry.settled;
    require(unsettled <= lines, "no more is read than was found");
    lines -= unsettled;
    require(spool.status().lines == lines, "what is left is what was found without what is read and lost");
    if (++count % each == 0) {
      spool.release(read.found->place);
    } else {
      kept.push_back(read.found->entry);
    }
  }
  require(lines == 0, "what was found is read or lost");
  return kept;
}

}  // namespace
}  // namespace flowcef::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowcef;
  using namespace flowcef::test;
  static const Logger kLog = [] {
    auto log = std::make_shared<spdlog::logger>("spool");
    log->set_level(spdlog::level::off);
    return log;
  }();
  FuzzInput in(data, size);
  const std::uint8_t chosen = in.u8();
  const Framing framing = (chosen & 1) != 0 ? Framing::octet_counting : Framing::newline;
  const std::size_t each = 1 + (chosen >> 1) % 4;
  const SpoolConfig config{.dir = "/spool"};
  PowerLossFiles files(1);
  files.put("01000000000000000000.spool", make_segment(in, kFirst));
  if ((chosen & 128) != 0) files.put("01000000000000000001.spool", make_segment(in, kFirst + 1));

  Spool killed(config, framing, files, kLog);
  const std::vector<SpoolEntry> kept = read_all(killed, killed.open().lines, each);
  std::vector<BatchRef> batches;
  for (const SpoolEntry& entry : kept) batches.push_back(entry.batch);
  require(killed.append(batches, Spool::Hand::unread).has_value(), "there is room");
  killed.put_back(kept);

  Spool next(config, framing, files, kLog);
  const SpoolFound found = next.open();
  require(found.torn_bytes == 0 && found.damaged_segments == 0, "what was found is cleared up");
  (void)read_all(next, found.lines, 1);
  next.close();
  require(next.status().segments == 0, "nothing is left of what is released");
  require(std::ranges::none_of(files.list(), [](const auto& name) { return name.ends_with(".spool"); }), "nor a file");
  return 0;
}
