#include "flowcef/sink/spooler.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <limits>
#include <system_error>
#include <utility>

namespace flowcef {
namespace {

/// Written at once, so that SpoolSync::always waits for the disk once for many batches.
constexpr std::size_t kGroupBytes = std::size_t{1} << 20;
constexpr std::chrono::seconds kInterval{1};
/// What replay_rate may make up for after a pause.
constexpr std::chrono::milliseconds kReplayBurst{100};
/// Without a failure for so long, a full disk is one no more.
constexpr std::chrono::seconds kFullIsOver{10};

std::size_t footprint_of(const std::vector<BatchRef>& batches) {
  std::size_t bytes = 0;
  for (const BatchRef& batch : batches) bytes += batch->footprint();
  return bytes;
}

std::size_t lines_of(const std::vector<BatchRef>& batches) {
  std::size_t lines = 0;
  for (const BatchRef& batch : batches) lines += batch->lines().size();
  return lines;
}

}  // namespace

Spooler::Spooler(const SinkConfig& config, Framing framing, OutputQueue& queue, std::function<void()> wake, Logger log)
    : name_(config.name),
      queue_(queue),
      books_(queue.books()),
      wake_takers_(std::move(wake)),
      log_(std::move(log)),
      loss_(log_, config.name),
      files_(make_spool_files(config.spool->dir)),
      spool_(*config.spool, framing, *files_, log_),
      settings_(settings_of(config)),
      current_(settings_) {}

Spooler::~Spooler() {
  if (thread_.joinable()) thread_.join();
}

Spooler::Settings Spooler::settings_of(const SinkConfig& config) {
  return {*config.spool, config.queue_bytes / 4 * 3, config.queue_full == QueueFull::drop_oldest, config.required};
}

void Spooler::open() {
  found_ = spool_.open();
}

void Spooler::start() {
  books_.restored(found_->lines);
  log_->info("spool opened output={} dir={} lines={}", name_, settings_.spool.dir, found_->lines);
  thread_ = std::thread([this] { run(); });
}

void Spooler::configure(const SinkConfig& config) {
  spool_.configure(*config.spool);
  {
    const std::lock_guard lock(mutex_);
    settings_ = settings_of(config);
  }
  wake();
}

void Spooler::wake() {
  {
    const std::lock_guard lock(mutex_);
    is_woken_ = true;
  }
  woken_.notify_one();
}

void Spooler::set_reachable(bool reachable) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(reachable_, reachable) == reachable) return;
  }
  wake();
}

std::string Spooler::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void Spooler::close() {
  closing_ = true;
  wake();
}

bool Spooler::finished() const {
  const std::lock_guard lock(mutex_);
  return drained_ && ready_.empty();
}

void Spooler::run() {
  while (!is_done()) {
    const bool moved = move_on();
    sync();
    note_room();
    if (moved) {
      wake_takers_();
    } else if (!is_done()) {
      wait();
    }
  }
  {
    const std::lock_guard lock(mutex_);
    drained_ = true;
  }
  wake_takers_();
}

/// What a full disk keeps here is for put_away().
bool Spooler::is_done() const {
  return closing_ && (blocked_ || (group_.empty() && queue_.finished()));
}

/// Returns: whether anything moved, so that there may be more.
bool Spooler::move_on() {
  {
    const std::lock_guard lock(mutex_);
    current_ = settings_;
  }
  while (footprint_of(group_) < std::min(kGroupBytes, current_.most_held / 4)) {
    BatchRef batch = queue_.pop();
    if (!batch) break;
    group_.push_back(std::move(batch));
  }
  const bool passed = current_.spool.mode == SpoolMode::overflow && pass();
  return (!group_.empty() && write()) || passed;
}

/// Hands over what may pass by memory. Returns: whether that was anything.
bool Spooler::pass() {
  auto batch = group_.begin();
  for (; batch != group_.end() && may_pass((*batch)->footprint()); ++batch) hand_over(std::move(*batch), std::nullopt);
  const bool passed = batch != group_.begin();
  group_.erase(group_.begin(), batch);
  if (passed) blocked_ = false;
  return passed;
}

bool Spooler::may_pass(std::size_t cost) {
  const std::lock_guard lock(mutex_);
  const bool interleaved = current_.spool.replay == SpoolReplay::interleave;
  const bool waits = !ready_.empty();
  // What was sent and is kept may fill the bound for long, and goes only when something new is acknowledged: what cannot go
  // by the disk, or would have to wait there behind all that is old, passes then.
  const bool must_pass = !waits && (interleaved || blocked_);
  // Half, so that lines do not change their way batch by batch.
  const bool holds_much = spills_ && waits && held_bytes_ > current_.most_held / 2;
  if (interleaved ? holds_much : spool_.has_unread()) return false;
  const bool has_room = must_pass || held_bytes_ == 0 || held_bytes_ + cost <= current_.most_held;
  spills_ = !has_room || (!reachable_ && current_.spool.mode == SpoolMode::overflow);
  return !spills_;
}

void Spooler::hand_over(BatchRef batch, std::optional<SpoolPlace> place) {
  const std::lock_guard lock(mutex_);
  held_bytes_ += batch->footprint();
  held_.emplace(&*batch, Held{place, true});
  ready_.push_back({.batch = std::move(batch)});
}

/// Returns: whether the group, or a part of it, is on disk or handed over.
bool Spooler::write() {
  const bool hand = current_.spool.mode == SpoolMode::journal && may_pass(footprint_of(group_));
  const std::size_t spooled = hand ? 0 : lines_of(group_);
  books_.spooled(spooled);  // before anybody can find them there
  std::optional<std::vector<SpoolPlace>> places;
  int failed = 0;
  try {
    places = spool_.append(group_, hand ? Spool::Hand::taken : Spool::Hand::unread);
  } catch (const std::system_error& error) {
    failed = error.code().value();
  }
  if (!places) {
    books_.unspooled(spooled);
    return make_room(failed);
  }
  for (std::size_t i = 0; i < group_.size(); ++i) {
    if (hand) {
      hand_over(std::move(group_[i]), (*places)[i]);
    } else {
      queue_.release(*group_[i]);
    }
  }
  group_.clear();
  blocked_ = false;
  is_dirty_ = true;
  return true;
}

/// Input:   `error`: of the disk; 0: max_bytes is reached
/// Returns: whether there is room now, or the lines found another way.
bool Spooler::make_room(int error) {
  if (error != 0) books_.error(error);
  const bool is_full = error == 0 || error == ENOSPC || error == EDQUOT;
  const bool drops_oldest = is_full && current_.drops_oldest && !current_.required;
  const std::string reason = error == 0 ? "max_bytes is reached" : std::generic_category().message(error);
  set_trouble(reason);
  if (!full_at_) {
    log_->warn(
        "spool takes nothing more output={} dir={} reason=\"{}\" then={}", name_, current_.spool.dir, reason,
        drops_oldest ? "the oldest lines on disk are dropped" : "the queue fills up, queue_full and required decide");
    queue_.set_full_reason(DropReason::spool_full);
  }
  full_at_ = Clock::now();
  blocked_ = true;
  // Better sent without a journal than not at all, but for those who asked never to lose anything.
  if (!current_.required && pass()) return true;
  if (!drops_oldest || closing_) return false;
  const auto lines = spool_.drop_oldest();
  if (!lines) return false;
  books_.dropped_from_spool(DropReason::spool_full, *lines);
  loss_.report("spool_full", *lines);
  return true;
}

void Spooler::set_trouble(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  trouble_ = reason;
}

void Spooler::note_room() {
  if (!full_at_ || blocked_ || Clock::now() - *full_at_ < kFullIsOver) return;
  full_at_.reset();
  set_trouble("");
  queue_.set_full_reason(DropReason::queue_full);
  log_->info("spool is full no more output={} dir={}", name_, current_.spool.dir);
}

void Spooler::sync() {
  if (!is_dirty_ || Clock::now() < sync_at_) return;
  sync_at_ = Clock::now() + kInterval;
  is_dirty_ = false;
  spool_.sync();
}

/// Returns: false, with the error counted and in the log, if the disk does not do it.
template <class Operation>
bool Spooler::attempt(Operation operation) {
  try {
    operation();
    return true;
  } catch (const std::system_error& error) {
    books_.error(error.code().value());
    log_->error("spool: the disk fails output={} reason=\"{}\"", name_, error.what());
    return false;
  }
}

void Spooler::wait() {
  std::unique_lock lock(mutex_);
  const bool has_backlog = spool_.status().lines > 0;
  auto until = is_dirty_ || full_at_ || has_backlog ? Clock::now() + kInterval : Clock::time_point::max();
  if (has_backlog && read_at_ > Clock::now()) until = std::min(until, read_at_);
  woken_.wait_until(lock, until, [this] { return is_woken_; });
  is_woken_ = false;
  lock.unlock();
  if (has_backlog) wake_takers_();
}

Parcel Spooler::take() {
  if (is_replay_due()) {
    if (Parcel parcel = read()) return parcel;
  }
  {
    const std::lock_guard lock(mutex_);
    if (!ready_.empty()) {
      Parcel parcel = std::move(ready_.front());
      ready_.pop_front();
      return parcel;
    }
    // Lines that are handed over meanwhile are older than those that follow them to the disk.
    if (closing_ || paces_replay() || !spool_.has_unread()) return {};
  }
  return read();
}

bool Spooler::paces_replay() const {
  return settings_.spool.replay == SpoolReplay::interleave && settings_.spool.replay_rate != 0;
}

/// Lines on disk that have a rate of their own do not wait for a moment without new ones.
bool Spooler::is_replay_due() const {
  const std::lock_guard lock(mutex_);
  return !closing_ && paces_replay() && Clock::now() >= read_at_;
}

/// Returns: the oldest lines that are on disk only.
Parcel Spooler::read() {
  SpoolRead next = spool_.read_next();
  if (next.lost > 0) {
    books_.dropped_from_spool(DropReason::spool_damaged, next.lost);
    log_->error("lines lost output={} reason=spool_damaged lines={}", name_, next.lost);
  }
  if (!next.found) return {};
  const SpoolEntry& entry = next.found->entry;
  Parcel parcel{entry.batch, entry.first_line, entry.settled, entry.settled};
  books_.unspooled(parcel.unsettled());

  const std::lock_guard lock(mutex_);
  held_bytes_ += parcel.batch->footprint();
  held_.emplace(&*parcel.batch, Held{next.found->place, false});
  if (paces_replay()) {
    const std::chrono::duration<double> pause(static_cast<double>(parcel.batch->lines().size()) /
                                              static_cast<double>(settings_.spool.replay_rate));
    read_at_ = std::max(read_at_, Clock::now() - kReplayBurst) + std::chrono::ceil<Clock::duration>(pause);
    is_woken_ = true;
    woken_.notify_one();
  }
  return parcel;
}

void Spooler::release(const LineBatch& batch) {
  Held held{.place = {}, .is_queued = true};  // as of those that were taken before there was a spool
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = held_.find(&batch); found != held_.end()) {
      held = found->second;
      held_.erase(found);
      held_bytes_ -= batch.footprint();
    }
  }
  if (held.is_queued) queue_.release(batch);
  if (held.place) spool_.release(*held.place);
  if (blocked_) wake();
}

std::size_t Spooler::put_away(std::vector<Parcel> in_hand) {
  if (thread_.joinable()) thread_.join();
  std::ranges::move(ready_, std::back_inserter(in_hand));
  ready_.clear();
  std::vector<Parcel> rest;
  for (BatchRef& batch : group_) rest.push_back({.batch = std::move(batch)});
  group_.clear();
  while (BatchRef batch = queue_.pop()) rest.push_back({.batch = std::move(batch)});
  if (!found_) return give_up(in_hand) + give_up(rest);
  const std::size_t dropped = (put_in_front(in_hand) ? 0 : give_up(in_hand)) + (append(rest) ? 0 : give_up(rest));
  (void)attempt([this] { spool_.close(); });
  return dropped;
}

/// Returns: false if the disk does not take them.
bool Spooler::put_in_front(const std::vector<Parcel>& parcels) {
  std::vector<SpoolEntry> entries;
  for (const Parcel& parcel : parcels) entries.push_back({parcel.batch, parcel.first_line, parcel.settled});
  if (!entries.empty() && !attempt([&] { spool_.put_back(entries); })) return false;
  for (const Parcel& parcel : parcels) {
    books_.spooled(parcel.unsettled());
    release(*parcel.batch);
  }
  return true;
}

/// Max_bytes or not, as there is no other place for them.
bool Spooler::append(const std::vector<Parcel>& parcels) {
  SpoolConfig unbounded = settings_.spool;
  unbounded.max_bytes = std::numeric_limits<std::uint64_t>::max();
  spool_.configure(unbounded);
  std::vector<BatchRef> batches;
  for (const Parcel& parcel : parcels) batches.push_back(parcel.batch);
  if (!batches.empty() && !attempt([&] { (void)spool_.append(batches, Spool::Hand::unread); })) return false;
  for (const Parcel& parcel : parcels) {
    books_.spooled(parcel.unsettled());
    queue_.release(*parcel.batch);
  }
  return true;
}

/// Counts lines as dropped because of the stop, but for those that are on disk as well.
/// Returns: how many were dropped.
std::size_t Spooler::give_up(const std::vector<Parcel>& parcels) {
  std::size_t dropped = 0;
  for (const Parcel& parcel : parcels) {
    const auto held = held_.find(&*parcel.batch);
    if (held != held_.end() && held->second.place) {
      books_.spooled(parcel.unsettled());
    } else {
      dropped += parcel.unsettled();
    }
  }
  books_.dropped(DropReason::stopped, dropped);
  return dropped;
}

}  // namespace flowcef
