// PX-12: what a kill and a loss of power can take from a spool, for each setting of fsync.
#include <map>
#include <ostream>

#include "spool_fixture.hpp"

namespace flowcef::test {
namespace {

/// A random life of a spool, held against what it was given. Every batch has content of its own.
class Life {
 public:
  Life(std::uint64_t seed, SpoolSync sync) : files(seed), random_(seed) {
    config_.dir = "/spool";
    config_.max_bytes = 300'000;  // a few small segments
    config_.sync = sync;
    log_->set_level(spdlog::level::off);
  }

  /// Returns: what went wrong first; empty if nothing did.
  std::string live() {
    open();
    for (int step = 0; step < 300 && wrong_.empty(); ++step) {
      switch (random_.below(20)) {
        case 0:
          kill();
          break;
        case 1:
          lose_power();
          break;
        case 2:
          end_orderly();
          break;
        case 3:
          spool_->sync();
          if (config_.sync == SpoolSync::interval) all_durable();
          break;
        case 4:
          if (random_.chance(20)) drop_oldest();
          break;
        case 5:
          fail_to_append();
          break;
        case 6:
        case 7:
        case 8:
          release_one();
          break;
        case 9:
        case 10:
        case 11:
        case 12:
          read_one();
          break;
        default:
          append();
      }
    }
    return wrong_;
  }

  PowerLossFiles files;

 private:
  struct Record {
    BatchRef batch;
    std::size_t first_line = 0;
    std::size_t settled = 0;
    bool durable = false;
    enum class State { unread, taken, gone } state = State::unread;
    SpoolPlace place = {};
    bool may_vanish = false;  ///< its segment may have been dropped while it was taken

    [[nodiscard]] std::uint64_t unsettled() const { return batch->lines().size() - settled; }
  };
  using State = Record::State;

  void check(bool holds, const std::string& what) {
    if (!holds && wrong_.empty()) wrong_ = what;
  }

  BatchRef make_batch() {
    return batches_.next(random_.between(1, 8), random_.chance(5) ? 30'000 : random_.between(20, 900));
  }
  std::vector<BatchRef> make_batches() {
    std::vector<BatchRef> batches(random_.between(1, 4));
    for (BatchRef& batch : batches) batch = make_batch();
    return batches;
  }

  void append() { append(make_batches()); }

  void append(const std::vector<BatchRef>& batches) {
    const Hand hand = random_.chance(30) ? Hand::taken : Hand::unread;
    const bool all_taken = spool_->status().lines == 0;
    const auto places = spool_->append(batches, hand);
    if (!places) {
      std::uint64_t bytes = kHeaderBlock;
      for (const BatchRef& batch : batches) {
        bytes += kRecordHeader + kIndexEntry * batch->lines().size() + batch->bytes().size();
      }
      check(spool_->status().bytes + bytes > config_.max_bytes, "full too early");
      return;
    }
    check(places->size() == batches.size(), "a place for each");
    check(all_taken || spool_->status().bytes <= config_.max_bytes, "more than max_bytes");
    for (std::size_t i = 0; i < batches.size() && wrong_.empty(); ++i) {
      records_[++last_key_] = {.batch = batches[i],
                               .durable = config_.sync == SpoolSync::always,
                               .state = hand == Hand::taken ? State::taken : State::unread,
                               .place = (*places)[i]};
    }
  }

  void fail_to_append() {
    const SpoolStatus before = spool_->status();
    auto& fault = random_.chance(50) ? files.write_fault : files.sync_fault;
    fault = {.error = random_.chance(50) ? ENOSPC : EIO, .after = random_.below(2)};
    const std::vector<BatchRef> batches = make_batches();
    try {
      append(batches);
    } catch (const std::system_error&) {
      // The disk may have got all of it before it failed.
      for (const BatchRef& batch : batches) records_[++last_key_] = {.batch = batch, .state = State::gone};
      const SpoolStatus after = spool_->status();
      check(after.lines == before.lines, "a failed append leaves lines");
      check(after.bytes <= before.bytes, "a failed append leaves bytes");
    }
    fault = {};
  }

  void read_one() {
    const auto expected = std::ranges::find_if(records_, [](auto& e) { return e.second.state == State::unread; });
    check(spool_->has_unread() == (expected != records_.end()), "has_unread()");
    const SpoolRead read = spool_->read_next();
    check(read.lost == 0, "lost without a cause");
    if (!read.found || expected == records_.end()) {
      check(!read.found && expected == records_.end(), "something to read");
      return;
    }
    check_same(read.found->entry, expected->second);
    expected->second.state = State::taken;
    expected->second.place = read.found->place;
  }

  void check_same(const SpoolEntry& entry, const Record& record) {
    check(lines_of(entry.batch) == lines_of(record.batch), "another batch than the oldest one");
    check(entry.batch->bytes() == record.batch->bytes(), "other bytes");
    check(entry.first_line == record.first_line && entry.settled == record.settled, "settled otherwise");
  }

  void release_one() {
    std::vector<Record*> taken;
    for (auto& [key, record] : records_) {
      if (record.state == State::taken) taken.push_back(&record);
    }
    if (taken.empty()) return;
    Record& record = *random_.pick(taken);
    spool_->release(record.place);
    record.state = State::gone;
  }

  void drop_oldest() {
    const auto dropped = spool_->drop_oldest();
    check(dropped.has_value() == (unread_lines() > 0), "drop_oldest() finds the unread");
    std::uint64_t left = dropped.value_or(0);
    for (auto& [key, record] : records_) {
      if (record.state == State::taken) record.may_vanish = true;
      if (left == 0 || record.state != State::unread) continue;
      check(record.unsettled() <= left, "parts of a batch are dropped");
      left -= record.unsettled();
      record.state = State::gone;
    }
  }

  void end_orderly() {
    std::vector<SpoolEntry> entries;
    for (auto& [key, record] : records_) {
      if (record.state != State::taken) continue;
      spool_->release(record.place);
      record.state = State::gone;
    }
    for (std::uint64_t i = random_.below(4); i > 0; --i) {
      const BatchRef batch = make_batch();
      const std::size_t settled = random_.below(batch->lines().size());  // one at least is not
      entries.push_back({batch, random_.between(0, settled), settled});
    }
    spool_->put_back(entries);
    for (std::size_t i = entries.size(); i > 0; --i) {
      const SpoolEntry& entry = entries[i - 1];
      records_[--first_key_] = {.batch = entry.batch, .first_line = entry.first_line, .settled = entry.settled};
    }
    spool_->close();
    if (config_.sync != SpoolSync::never) all_durable();
    const std::uint64_t lines = spool_->status().lines;
    check(lines == unread_lines(), "status().lines");
    check(open().lines == lines, "an orderly end and a start in between change the number of lines");
    if (lines == 0) {
      check(std::ranges::none_of(files.list(), [](auto& name) { return name.ends_with(".spool"); }),
            "files of nothing");
    }
  }

  void kill() {
    open_after_crash([](const Record& record) { return !record.may_vanish; });
  }

  void lose_power() {
    spool_.reset();
    files.lose_power();
    open_after_crash([](const Record& record) { return record.durable && !record.may_vanish; });
  }

  /// Input: `safe`: whether a batch that was not released has to be there.
  template <class Safe>
  void open_after_crash(Safe safe) {
    std::uint64_t found = open().lines;
    bool damaged = false;
    auto next = records_.begin();
    const auto pass = [&](auto end) {
      for (; next != end; ++next) {
        Record& record = next->second;
        check(record.state == State::gone || !safe(record), "a batch is lost");
        record.state = State::gone;
      }
    };
    while (wrong_.empty()) {
      const SpoolRead read = spool_->read_next();
      check(read.lost <= found, "more is lost than was there");
      found -= read.lost;
      damaged = damaged || read.lost > 0;
      if (!read.found) break;
      const auto here = std::find_if(next, records_.end(), [&](const auto& entry) {
        return lines_of(entry.second.batch) == lines_of(read.found->entry.batch);
      });
      check(here != records_.end(), "a batch out of order, or made up");
      if (!wrong_.empty()) return;
      pass(here);
      Record& record = (next++)->second;
      check_same(read.found->entry, record);
      check(record.unsettled() <= found, "more lines than were found");
      found -= record.unsettled();
      record.state = State::unread;
      record.place = read.found->place;
      record.may_vanish = false;
    }
    pass(records_.end());
    check(found == 0, "fewer lines than were found");
    if (damaged) {  // would be there again
      for (auto& [key, record] : records_) {
        if (record.state == State::unread) spool_->release(record.place);
        record.state = State::gone;
      }
    }
    if (wrong_.empty()) check(open().lines == unread_lines(), "what was read and not released is unread after a kill");
  }

  SpoolFound open() {
    spool_.reset();
    spool_ = std::make_unique<Spool>(config_, Framing::newline, files, log_);
    return spool_->open();
  }

  void all_durable() {
    for (auto& [key, record] : records_) record.durable = true;
  }
  [[nodiscard]] std::uint64_t unread_lines() const {
    std::uint64_t lines = 0;
    for (const auto& [key, record] : records_) {
      if (record.state == State::unread) lines += record.unsettled();
    }
    return lines;
  }

  RandomSource random_;
  SpoolConfig config_;
  Logger log_ = std::make_shared<spdlog::logger>("spool");
  BatchMaker batches_;
  std::unique_ptr<Spool> spool_;
  std::map<std::int64_t, Record> records_;  ///< in the order in which they are to be read
  std::int64_t first_key_ = 0;
  std::int64_t last_key_ = 0;
  std::string wrong_;
};

struct Promise {
  const char* name;
  SpoolSync sync;
  friend void PrintTo(const Promise& promise, std::ostream* out) { *out << promise.name; }
};

class SpoolPromise : public testing::TestWithParam<Promise> {};

TEST_P(SpoolPromise, HoldsWhateverHappens) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    EXPECT_EQ(Life(seed, GetParam().sync).live(), "") << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(PX12, SpoolPromise,
                         testing::Values(Promise{"always", SpoolSync::always}, Promise{"interval", SpoolSync::interval},
                                         Promise{"never", SpoolSync::never}),
                         [](const auto& promise) { return std::string(promise.param.name); });

/// The test above can fail: it sees a disk that does not do as it says.
TEST(SpoolPromise, SeesAMissingSync) {
  for (const SpoolSync sync : {SpoolSync::always, SpoolSync::interval}) {
    for (const bool folder : {false, true}) {
      std::size_t seen = 0;
      for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        Life life(seed, sync);
        (folder ? life.files.ignores_folder_syncs : life.files.ignores_file_syncs) = true;
        if (life.live() == "a batch is lost") ++seen;
      }
      EXPECT_GT(seen, 0U) << "folder: " << folder;
    }
  }
}

}  // namespace
}  // namespace flowcef::test
