#include "flowcef/spool/spool.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "segment_recovery.hpp"
#include "spool_impl.hpp"

namespace flowcef {

Spool::Spool(const SpoolConfig& config, Framing framing, SpoolFiles& files, Logger log)
    : impl_(std::make_unique<Impl>(config, framing, files, std::move(log))) {}
Spool::~Spool() = default;

SpoolFound Spool::open() {
  return impl_->open();
}
void Spool::configure(const SpoolConfig& config) {
  impl_->configure(config);
}
std::optional<std::vector<SpoolPlace>> Spool::append(std::span<const BatchRef> batches, Hand hand) {
  return impl_->append(batches, hand);
}
void Spool::put_back(std::span<const SpoolEntry> entries) {
  impl_->put_back(entries);
}
SpoolRead Spool::read_next() {
  return impl_->read_next();
}
bool Spool::has_unread() const {
  return impl_->has_unread();
}
void Spool::release(const SpoolPlace& place) {
  impl_->release(place);
}
std::optional<std::uint64_t> Spool::drop_oldest() {
  return impl_->drop_oldest();
}
void Spool::sync() {
  impl_->sync();
}
void Spool::close() {
  impl_->close();
}
SpoolStatus Spool::status() const {
  return impl_->status();
}

bool Spool::Impl::is_damage(const std::system_error& error) {
  return error.code() == std::errc::io_error || error.code() == std::errc::no_such_file_or_directory;
}

std::string Spool::Impl::path_of(std::uint64_t number) const {
  return dir_ + '/' + segment_name(number);
}

void Spool::Impl::log_rarely(RateLimiter& limiter, const std::string& text) {
  const auto held_back = limiter.allow(Clock::now());
  if (!held_back) return;
  if (*held_back == 0) {
    log_->error("{}", text);
  } else {
    log_->error("{} ({} more of these)", text, *held_back);
  }
}

SpoolFound Spool::Impl::open() {
  files_.lock();
  std::vector<std::uint64_t> numbers;
  for (const std::string& name : files_.list()) {
    if (const auto number = segment_number(name)) numbers.push_back(*number);
  }
  std::ranges::sort(numbers);
  SpoolFound found;
  const std::lock_guard writing(write_mutex_);
  for (const std::uint64_t number : numbers) find(number, found);
  // Whatever fsync says: a removed segment that a loss of power brings back must not come after new ones of its number.
  files_.sync_folder();
  next_number_ = numbers.empty() ? kFirstSegment : numbers.back() + 1;
  front_number_ = (numbers.empty() ? kFirstSegment : numbers.front()) - 1;
  return found;
}

void Spool::Impl::find(std::uint64_t number, SpoolFound& found) {
  const auto file = files_.open(segment_name(number));
  std::uint64_t size = file->size();
  if (size < kHeaderBlock) {  // killed while it was made
    found.torn_bytes += size;
    remove_file(number);
    return;
  }
  std::expected<RecoveredSegment, std::string> recovered;
  try {
    recovered = recover_segment(*file, number);
  } catch (const std::system_error& error) {
    if (!is_damage(error)) throw;
    recovered = std::unexpected(error.code().message());
  }
  if (!recovered) {
    put_aside(number, recovered.error());
    ++found.damaged_segments;
    return;
  }
  const auto& [header, progress, end, sealed] = *recovered;
  if (!sealed && size > end.offset) {
    log_->warn("{}: the last {} bytes were being written when flowcef was stopped hard; they are cut off",
               path_of(number), size - end.offset);
    found.torn_bytes += size - end.offset;
    file->truncate(end.offset);
    size = end.offset;
  }
  if (progress == end) {
    remove_file(number);
    return;
  }
  if (!sealed) {
    const std::string seal = encode_mark(end);
    file->write(kSealAt, std::vector<std::string_view>{seal});
  }
  found.lines += end.lines - progress.lines;
  ++found.segments;
  unsynced_.push_back(number);  // the run that wrote it may have had no time to
  folder_unsynced_ = true;
  const std::lock_guard lock(state_);
  show(std::make_shared<Segment>(header, progress, end, size));
}

void Spool::Impl::put_aside(std::uint64_t number, const std::string& reason) {
  const std::string name = segment_name(number);
  files_.rename(name, name + ".damaged");
  log_->error("{}: {}; its lines are not sent. It is kept as {}.damaged: remove it once nobody wants to look into it",
              path_of(number), reason, name);
}

void Spool::Impl::remove_file(std::uint64_t number) {
  try {
    files_.remove(segment_name(number));
  } catch (const std::system_error& error) {
    log_->error("{}: it is no longer needed, but stays there", error.what());
  }
}

void Spool::Impl::configure(const SpoolConfig& config) {
  const std::lock_guard writing(write_mutex_);
  const std::lock_guard lock(state_);
  if (config.sync != config_.sync) {
    for (const auto& [number, segment] : segments_) unsynced_.push_back(number);
    folder_unsynced_ = true;
  }
  config_ = config;
}

void Spool::Impl::release(const SpoolPlace& place) {
  SegmentRef segment;
  bool done = false;
  {
    const std::lock_guard lock(state_);
    const auto found = segments_.find(place.segment);
    if (found == segments_.end() || !found->second->release(place.offset)) return;
    segment = found->second;
    done = hide_if_done(segment);
  }
  if (done) {
    remove_file(place.segment);
  } else {
    save_progress(*segment);
  }
}

void Spool::Impl::save_progress(Segment& segment) {
  const std::lock_guard saving(progress_mutex_);
  SegmentMark progress;
  std::shared_ptr<SpoolFile> file;
  {
    const std::lock_guard lock(state_);
    if (!is_shown(segment)) return;
    progress = segment.progress();  // the newest, so that none that is older is written after it
    file = segment.file;
  }
  try {
    if (file == nullptr) file = files_.open(segment_name(segment.header().number));
    const std::string mark = encode_mark(progress);
    file->write(kProgressAt, std::vector<std::string_view>{mark});
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_file_or_directory) return;  // removed meanwhile
    log_rarely(progress_log_, std::string(error.what()) + ": lines may be sent again after the next start");
  }
}

void Spool::Impl::sync() {
  const std::lock_guard syncing(sync_mutex_);
  std::vector<std::uint64_t> numbers;
  bool folder = false;
  {
    const std::lock_guard writing(write_mutex_);
    if (sync_mode() == SpoolSync::never) return;
    numbers.swap(unsynced_);
    folder = std::exchange(folder_unsynced_, false);
  }
  std::vector<std::uint64_t> failed;
  for (const std::uint64_t number : numbers) {
    try {
      files_.open(segment_name(number))->sync();
    } catch (const std::system_error& error) {
      if (error.code() == std::errc::no_such_file_or_directory) continue;  // all of it is released
      log_rarely(sync_log_, std::string(error.what()) + ": a loss of power may take spooled lines");
      failed.push_back(number);
    }
  }
  try {
    if (folder) files_.sync_folder();
    folder = false;
  } catch (const std::system_error& error) {
    log_rarely(sync_log_, std::string(error.what()) + ": a loss of power may take spooled lines");
  }
  const std::lock_guard writing(write_mutex_);
  unsynced_.insert(unsynced_.begin(), failed.begin(), failed.end());
  folder_unsynced_ = folder_unsynced_ || folder;
}

void Spool::Impl::close() {
  {
    const std::lock_guard writing(write_mutex_);
    end_current();
  }
  sync();
}

bool Spool::Impl::has_unread() const {
  const std::lock_guard lock(state_);
  return unread_bytes_ > 0 && !held_off();
}

SpoolStatus Spool::Impl::status() const {
  const std::lock_guard lock(state_);
  return totals_;
}

void Spool::Impl::count(const Segment& segment, std::uint64_t times) {
  totals_.lines += times * segment.unread_lines();
  totals_.bytes += times * segment.file_bytes();
  unread_bytes_ += times * segment.unread_bytes();
}

void Spool::Impl::show(const SegmentRef& segment) {
  segments_.emplace(segment->header().number, segment);
  count(*segment, 1);
  ++totals_.segments;
}

bool Spool::Impl::hide_if_done(const SegmentRef& segment) {
  if (segment->open || !segment->all_released()) return false;
  hide(segment);
  return true;
}

void Spool::Impl::hide(const SegmentRef& segment) {
  count(*segment, 0 - std::uint64_t{1});
  --totals_.segments;
  segments_.erase(segment->header().number);
}

bool Spool::Impl::is_shown(const Segment& segment) const {
  return segments_.contains(segment.header().number);
}

}  // namespace flowcef
