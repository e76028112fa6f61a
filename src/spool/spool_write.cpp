#include <algorithm>
#include <utility>

#include "segment_recovery.hpp"
#include "spool_impl.hpp"

namespace flowcef {
namespace {

/// A spool of the least size has a few segments, one of the usual size 64: so much at most is lost with one of them, and
/// looked through at a start.
std::uint64_t segment_bytes(std::uint64_t max_bytes) {
  constexpr std::uint64_t kLeast = std::uint64_t{1} << 20;
  constexpr std::uint64_t kMost = std::uint64_t{64} << 20;
  return std::min(std::clamp(max_bytes / 64, kLeast, kMost), max_bytes / 4);
}

/// Batches as they are written.
struct Records {
  std::vector<std::string> heads;
  std::vector<std::string_view> pieces;  ///< of `heads`, each with the frames behind it
  std::vector<std::uint64_t> sizes;
  std::vector<std::uint64_t> lines;  ///< unsettled
  SegmentMark total{0, 0};

  explicit Records(std::span<const SpoolEntry> entries) {
    heads.reserve(entries.size());  // pieces point into it
    for (const SpoolEntry& entry : entries) {
      heads.push_back(encode_record(entry));
      pieces.push_back(heads.back());
      pieces.push_back(entry.batch->bytes());
      sizes.push_back(heads.back().size() + entry.batch->bytes().size());
      lines.push_back(entry.batch->lines().size() - entry.settled);
      total.offset += sizes.back();
      total.lines += lines.back();
    }
  }
};

std::vector<SpoolEntry> whole(std::span<const BatchRef> batches) {
  std::vector<SpoolEntry> entries;
  entries.reserve(batches.size());
  for (const BatchRef& batch : batches) entries.push_back({batch, 0, 0});
  return entries;
}

}  // namespace

std::optional<std::vector<SpoolPlace>> Spool::Impl::append(std::span<const BatchRef> batches, Hand hand) {
  if (batches.empty()) return std::vector<SpoolPlace>();
  const std::vector<SpoolEntry> entries = whole(batches);
  const Records records(entries);
  const std::lock_guard writing(write_mutex_);
  if (!takes_more(records.total.offset, hand)) end_current();
  if (!fits(records.total.offset + (current_ == nullptr ? kHeaderBlock : 0))) return std::nullopt;

  const bool fresh = current_ == nullptr;
  if (fresh) {
    current_ = make_segment(next_number_++, records.pieces, std::nullopt);
    current_->open = true;
  } else {
    write_behind(*current_, records.pieces);
  }
  std::vector<SpoolPlace> places;
  places.reserve(entries.size());
  const std::lock_guard lock(state_);
  if (fresh) show(current_);
  change(*current_, [&](Segment& segment) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      places.push_back({segment.header().number, segment.end().offset});
      segment.append(records.sizes[i], records.lines[i]);
      if (hand == Hand::taken) segment.take(records.sizes[i], records.lines[i]);
    }
  });
  return places;
}

void Spool::Impl::put_back(std::span<const SpoolEntry> entries) {
  if (entries.empty()) return;
  const Records records(entries);
  const std::lock_guard writing(write_mutex_);
  const SegmentMark end{kHeaderBlock + records.total.offset, records.total.lines};
  const SegmentRef segment = make_segment(front_number_--, records.pieces, end);
  const std::lock_guard lock(state_);
  show(segment);
}

std::optional<std::uint64_t> Spool::Impl::drop_oldest() {
  const std::lock_guard writing(write_mutex_);
  SegmentRef segment;
  {
    const std::lock_guard lock(state_);
    segment = oldest_unread();
    if (segment == nullptr) return std::nullopt;
    hide(segment);
  }
  if (segment == current_) current_ = nullptr;
  remove_file(segment->header().number);
  return segment->unread_lines();
}

SpoolSync Spool::Impl::sync_mode() const {
  const std::lock_guard lock(state_);
  return config_.sync;
}

bool Spool::Impl::fits(std::uint64_t bytes) const {
  const std::lock_guard lock(state_);
  // What is in somebody's hands may stay there until more can be taken.
  const bool all_taken = totals_.bytes > 0 && unread_bytes_ == 0;
  return all_taken || totals_.bytes + bytes <= config_.max_bytes;
}

bool Spool::Impl::takes_more(std::uint64_t bytes, Hand hand) const {
  if (current_ == nullptr) return true;
  const std::lock_guard lock(state_);
  // Of what is released and what is not, only one range a segment is known to the next run.
  if (hand == Hand::taken && current_->unread_bytes() > 0) return false;
  return current_->end().offset + bytes <= segment_bytes(config_.max_bytes) &&
         totals_.bytes + bytes <= config_.max_bytes;
}

Spool::Impl::SegmentRef Spool::Impl::make_segment(std::uint64_t number, std::span<const std::string_view> records,
                                                  const std::optional<SegmentMark>& seal) {
  const SegmentHeader header{number, framing_};
  std::string block = encode_header(header);
  if (seal) block.replace(kSealAt, kMarkBytes, encode_mark(*seal));
  std::vector<std::string_view> pieces{block};
  pieces.insert(pieces.end(), records.begin(), records.end());
  const SegmentMark end = seal.value_or(SegmentMark());
  const auto segment = std::make_shared<Segment>(header, SegmentMark(), end, end.offset);
  segment->file = files_.create(segment_name(number));
  try {
    segment->file->write(0, pieces);
    if (sync_mode() == SpoolSync::always) {
      segment->file->sync();
      files_.sync_folder();
    }
  } catch (const std::system_error&) {
    remove_file(number);
    throw;
  }
  note_unsynced(number);
  folder_unsynced_ = folder_unsynced_ || sync_mode() == SpoolSync::interval;
  return segment;
}

void Spool::Impl::write_behind(const Segment& segment, std::span<const std::string_view> records) {
  const std::uint64_t end = segment.end().offset;  // nobody else moves it
  try {
    segment.file->write(end, records);
    if (sync_mode() == SpoolSync::always) segment.file->sync();
  } catch (const std::system_error&) {
    try {
      segment.file->truncate(end);
    } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): the next record is written over it
    }
    throw;
  }
  note_unsynced(segment.header().number);
}

void Spool::Impl::note_unsynced(std::uint64_t number) {
  if (sync_mode() != SpoolSync::interval) return;
  if (unsynced_.empty() || unsynced_.back() != number) unsynced_.push_back(number);
}

void Spool::Impl::end_current() {
  const SegmentRef segment = std::exchange(current_, nullptr);
  if (segment == nullptr) return;
  const std::shared_ptr<SpoolFile> file = segment->file;
  bool done = false;
  {
    const std::lock_guard lock(state_);
    segment->open = false;
    segment->file.reset();
    done = hide_if_done(segment);
  }
  const std::uint64_t number = segment->header().number;
  if (done) {
    remove_file(number);
    return;
  }
  try {
    const std::string seal = encode_mark(segment->end());
    file->write(kSealAt, std::vector<std::string_view>{seal});
    if (sync_mode() == SpoolSync::always) file->sync();
  } catch (const std::system_error& error) {
    log_->warn("{}: the next start has to look through it for its end", error.what());
  }
  note_unsynced(number);
}

}  // namespace flowcef
