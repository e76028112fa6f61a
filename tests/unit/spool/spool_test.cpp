// PX-12: what is spooled comes back in order, each line once, until it is released; PX-15: and across restarts.
#include "spool_fixture.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(SpoolTest, ReadsWhatWasAppended) {
  open();
  const std::vector<BatchRef> batches{batches_.next(3), batches_.next(1, 100'000), batches_.next(500, 200)};
  ASSERT_THAT(*spool_->append(batches, Hand::unread), SizeIs(3));
  EXPECT_EQ(spool_->status().lines, 504U);
  for (const BatchRef& batch : batches) {
    const SpoolRead read = spool_->read_next();
    ASSERT_TRUE(read.found);
    EXPECT_EQ(lines_of(read.found->entry.batch), lines_of(batch));
    EXPECT_EQ(read.found->entry.batch->bytes(), batch->bytes());
  }
  EXPECT_EQ(spool_->status().lines, 0U);
  EXPECT_FALSE(spool_->has_unread());
  EXPECT_FALSE(spool_->read_next().found);
}

TEST_F(SpoolTest, KeepsWhatIsNotReleased) {
  open();
  append_all({batches_.next(10), batches_.next(10), batches_.next(10)});
  spool_->release(spool_->read_next().found->place);
  (void)spool_->read_next();
  kill();
  EXPECT_EQ(open().lines, 20U);
  EXPECT_EQ(read_all(), range(11, 30));
  kill();
  EXPECT_EQ(open().lines, 0U);
  EXPECT_THAT(memory_.list(), IsEmpty());
}

TEST_F(SpoolTest, FramesAnewWhatHadAnotherFraming) {
  const std::vector<Line> lines{{"one", 7}, {"", 8}, {std::string(70'000, 'x'), 9}, {std::string(1'000, 'y'), 10}};
  for (const Framing written : {Framing::newline, Framing::octet_counting}) {
    for (const Framing wanted : {Framing::newline, Framing::octet_counting}) {
      open(written);
      append_all({batches_.make(lines, written)});
      spool_->close();
      EXPECT_EQ(open(wanted).lines, lines.size());
      const auto read = spool_->read_next().found;
      ASSERT_TRUE(read);
      EXPECT_EQ(lines_of(read->entry.batch), lines);
      EXPECT_EQ(read->entry.batch->bytes(), frames_of(lines, wanted));
      spool_->release(read->place);
    }
  }
}

TEST_F(SpoolTest, ReleasesInAnyOrder) {
  open();
  std::vector<SpoolPlace> places;
  for (int i = 0; i < 4; ++i) places.push_back(append(batches_.next(1), Hand::taken)->front());
  spool_->release(places[2]);
  spool_->release(places[0]);
  spool_->release(places[0]);
  spool_->release({places[0].segment, places[0].offset + 1});
  spool_->release({places[0].segment + 1, places[0].offset});
  kill();
  open();
  EXPECT_EQ(read_all(), range(2, 4)) << "what is released out of turn may come again, what is not has to";
}

TEST_F(SpoolTest, WhatIsTakenIsNotReadUntilTheNextStart) {
  open();
  append_all({batches_.next(1)});
  ASSERT_TRUE(append(batches_.next(2), Hand::taken));
  append_all({batches_.next(1)});
  EXPECT_EQ(spool_->status().lines, 2U);
  EXPECT_THAT(read_all(false), ElementsAre(1, 4));
  kill();
  EXPECT_EQ(open().lines, 4U);
  EXPECT_EQ(read_all(), range(1, 4));
}

TEST_F(SpoolTest, CountsHoldAcrossAnOrderlyRestart) {
  open();
  append_all({batches_.next(5), batches_.next(5)});
  const auto taken = append(batches_.next(5), Hand::taken);
  append_all({batches_.next(5), batches_.next(5)});
  spool_->release(taken->front());
  spool_->release(spool_->read_next().found->place);
  spool_->close();
  EXPECT_EQ(spool_->status().lines, 15U);
  const SpoolFound found = open();
  EXPECT_EQ(found.lines, 15U);
  EXPECT_EQ(found.torn_bytes, 0U);
  EXPECT_EQ(spool_->status().lines, 15U);
  EXPECT_EQ(spool_->status().segments, found.segments);
  EXPECT_THAT(read_all(), ElementsAre(6, 7, 8, 9, 10, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25));
}

TEST_F(SpoolTest, WhatIsPutBackComesFirst) {
  open();
  append_all({batches_.next(2), batches_.next(2), batches_.next(2)});
  const auto first = spool_->read_next().found;
  const auto second = spool_->read_next().found;
  SpoolEntry begun = first->entry;
  begun.first_line = 0;
  begun.settled = 1;
  const std::vector<SpoolEntry> entries{begun, second->entry};
  spool_->put_back(entries);
  spool_->release(first->place);
  spool_->release(second->place);
  EXPECT_EQ(spool_->status().lines, 5U);
  spool_->close();
  EXPECT_EQ(open().lines, 5U) << "the settled line is counted already";

  SpoolEntry all_settled{batches_.next(1), 1, 1};
  spool_->put_back({&all_settled, 1});
  const auto settled = spool_->read_next().found;
  EXPECT_EQ(settled->entry.settled, 1U);
  EXPECT_EQ(settled->entry.first_line, 1U);
  const auto again = spool_->read_next().found;
  EXPECT_EQ(lines_of(again->entry.batch), lines_of(begun.batch)) << "settled lines go once more";
  EXPECT_EQ(again->entry.first_line, 0U);
  EXPECT_EQ(again->entry.settled, 1U);
  EXPECT_EQ(read_all(), range(3, 6));
}

TEST_F(SpoolTest, RemovesSegmentsAsTheyAreReleased) {
  config_.max_bytes = 64 * kMebibyte;
  open();
  for (int i = 0; i < 80; ++i) append_all({batches_.next(100, 1'000)});
  const SpoolStatus full = spool_->status();
  EXPECT_GE(full.segments, 8U);
  EXPECT_LE(full.segments, 10U);
  while (spool_->status().lines > 4'000) spool_->release(spool_->read_next().found->place);
  EXPECT_LE(spool_->status().segments, 6U);
  EXPECT_LE(spool_->status().bytes, full.bytes * 6 / 10);
  EXPECT_THAT(memory_.list(), SizeIs(spool_->status().segments));
  EXPECT_EQ(read_all().size(), 4'000U);
  spool_->close();
  EXPECT_THAT(memory_.list(), IsEmpty());
  EXPECT_EQ(spool_->status().bytes, 0U);
}

TEST_F(SpoolTest, IsNeverLargerThanItMayBe) {
  config_.max_bytes = 4 * kMebibyte;
  open();
  std::size_t appended = 0;
  while (append(batches_.next(100, 1'000))) ++appended;
  EXPECT_GE(appended, 38U);
  std::uint64_t bytes = 0;
  for (const std::string& name : memory_.list()) bytes += memory_.content(name).size();
  EXPECT_EQ(spool_->status().bytes, bytes);
  EXPECT_LE(bytes, config_.max_bytes);
  EXPECT_GT(bytes, config_.max_bytes * 9 / 10);
  EXPECT_FALSE(append(batches_.next(100, 1'000)));

  while (spool_->status().bytes > 3 * kMebibyte) spool_->release(spool_->read_next().found->place);
  EXPECT_TRUE(append(batches_.next(100, 1'000))) << "room again";
  config_.max_bytes = kMebibyte;
  spool_->configure(config_);
  EXPECT_FALSE(append(batches_.next(1)));
  config_.max_bytes = 8 * kMebibyte;
  spool_->configure(config_);
  EXPECT_TRUE(append(batches_.next(1)));
}

TEST_F(SpoolTest, AFullSegmentThatIsReleasedMakesRoomForTheNext) {
  config_.max_bytes = kMebibyte / 2;
  open();
  for (int i = 0; i < 100; ++i) {
    const auto places = append(batches_.next(1, 300'000), Hand::taken);
    ASSERT_TRUE(places) << i;
    spool_->release(places->front());
  }
}

TEST_F(SpoolTest, DropsTheOldestUnreadLines) {
  config_.max_bytes = 4 * kMebibyte;
  open();
  EXPECT_FALSE(spool_->drop_oldest());
  while (append(batches_.next(100, 1'000))) {
  }
  const std::uint64_t lines = spool_->status().lines;
  const auto held = spool_->read_next().found;
  const auto dropped = spool_->drop_oldest();
  ASSERT_TRUE(dropped);
  EXPECT_EQ(*dropped % 100, 0U);
  EXPECT_LE(*dropped, 1'100U) << "a segment of them";
  EXPECT_EQ(spool_->status().lines, lines - 100 - *dropped);
  EXPECT_EQ(lines_of(held->entry.batch).front().second, 1U) << "in somebody's hands it stays whole";
  spool_->release(held->place);
  EXPECT_TRUE(append(batches_.next(100, 1'000)));
  EXPECT_EQ(read_all(false).front(), 101 + *dropped);

  ASSERT_TRUE(append(batches_.next(7)));
  EXPECT_TRUE(spool_->drop_oldest()) << "also of the segment that is written";
  EXPECT_EQ(spool_->status().lines, 0U);
  EXPECT_TRUE(append(batches_.next(1)));
}

TEST_F(SpoolTest, TakesABatchOfManySegments) {
  config_.max_bytes = 16 * kMebibyte;
  open();
  const std::vector<BatchRef> batches{batches_.next(1), batches_.next(3, 2'000'000), batches_.next(1)};
  append_all(batches);
  kill();
  EXPECT_EQ(open().lines, 5U);
  for (const BatchRef& batch : batches) EXPECT_EQ(lines_of(spool_->read_next().found->entry.batch), lines_of(batch));
}

TEST_F(SpoolTest, SyncsAsOftenAsAskedTo) {
  struct Case {
    SpoolSync sync;
    std::size_t first_append;  ///< of a new file, which is synced with its folder
    std::size_t next_append;
    std::size_t sync_call;
  };
  for (const Case& c :
       {Case{SpoolSync::always, 2, 1, 0}, Case{SpoolSync::interval, 0, 0, 2}, Case{SpoolSync::never, 0, 0, 0}}) {
    config_.sync = c.sync;
    open();
    std::size_t before = memory_.counts.syncs;
    const auto syncs = [&] { return memory_.counts.syncs - std::exchange(before, memory_.counts.syncs); };
    const std::vector<BatchRef> batches{batches_.next(1), batches_.next(1)};
    ASSERT_TRUE(spool_->append(batches, Hand::unread));
    EXPECT_EQ(syncs(), c.first_append);
    ASSERT_TRUE(spool_->append(batches, Hand::unread));
    EXPECT_EQ(syncs(), c.next_append);
    spool_->sync();
    EXPECT_EQ(syncs(), c.sync_call);
    spool_->sync();
    EXPECT_EQ(syncs(), 0U);
    EXPECT_EQ(read_all().size(), 4U);
    spool_->close();
  }
}

TEST_F(SpoolTest, AFailedSyncIsLoggedAndTriedAgain) {
  open();
  append_all({batches_.next(1)});
  memory_.sync_fault = {.error = EIO};
  spool_->sync();
  EXPECT_THAT(log(), HasSubstr("Input/output error: a loss of power may take spooled lines"));
  memory_.sync_fault = {};
  spool_->sync();
  kill();
  memory_.lose_power();
  EXPECT_EQ(open().lines, 1U);
}

TEST_F(SpoolTest, SyncsWhatWasAppendedBeforeItWasToldTo) {
  config_.sync = SpoolSync::never;
  open();
  append_all({batches_.next(1)});
  config_.sync = SpoolSync::interval;
  spool_->configure(config_);
  spool_->sync();
  kill();
  memory_.lose_power();
  EXPECT_EQ(open().lines, 1U);
}

/// A full disk takes nothing that it cannot hold, and all again once there is room.
TEST_F(SpoolTest, AFullDiskChangesNothing) {
  config_.max_bytes = 8 * kMebibyte;
  for (std::uint64_t room = 0; room < 20'000; room += 700) {
    open();
    memory_.set_room(room);
    std::uint64_t lines = 0;
    try {
      for (;; ++lines) ASSERT_TRUE(append(batches_.next(1, 900)));
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::no_space_on_device);
    }
    EXPECT_EQ(lines, room < kHeaderBlock ? 0 : (room - kHeaderBlock) / (kRecordHeader + kIndexEntry + 901)) << room;
    EXPECT_EQ(spool_->status().lines, lines);
    EXPECT_THROW(spool_->put_back(std::vector<SpoolEntry>{{batches_.next(20, 900), 0, 0}}), std::system_error);
    memory_.set_room(std::nullopt);
    ASSERT_TRUE(append(batches_.next(1)));
    kill();
    const SpoolFound found = open();
    EXPECT_EQ(found.lines, lines + 1);
    EXPECT_EQ(found.torn_bytes, 0U);
    EXPECT_THAT(read_all(), SizeIs(lines + 1));
    spool_->close();
    EXPECT_THAT(memory_.list(), IsEmpty());
  }
}

}  // namespace
}  // namespace flowcef::test
