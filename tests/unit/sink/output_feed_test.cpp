#include "flowcef/sink/output_feed.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "support/sink_support.hpp"

namespace flowcef {
namespace {

/// A feed with its queue and books.
struct Feed {
  OutputBooks books{};
  LineSupply supply;
  OutputQueue& queue = supply.queue();
  OutputFeed feed{supply};

  explicit Feed(const SinkConfig& config) : supply(config, Framing::newline, books, [] {}, nullptr) {}
  std::size_t submit(BatchRef batch, Producer producer) { return queue.submit(std::move(batch), producer); }
};

class OutputFeedTest : public testing::TestWithParam<QueueFull> {
 protected:
  BatchPool pool_;

  BatchRef batch(std::size_t first, std::size_t count) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < count; ++i) lines.push_back(test::numbered_line(first + i, 99));
    return test::make_batch(pool_, lines);
  }
  static SinkConfig feed_config(QueueFull policy, bool required = false, std::size_t queue_lines = 10) {
    SinkConfig config;
    config.queue_bytes = queue_lines * (100 + sizeof(LineRef));
    config.queue_full = policy;
    config.required = required;
    return config;
  }
  /// Returns: the first line of the batch that the policy keeps, by the numbers of the oldest and of the newest.
  static std::string line_that_stays(std::size_t oldest, std::size_t newest) {
    return test::numbered_line(GetParam() == QueueFull::drop_oldest ? newest : oldest, 99);
  }
  /// A batch is in the books before its producer waits; the pause gives it time to do so.
  static void wait_for_second_batch(const Feed& feed) {
    EXPECT_TRUE(test::eventually([&] { return feed.books.counts().queued == 20; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  static std::string first_line(const BatchPart& part) {
    return std::string(part.batch->message(part.batch->lines()[part.first_line]));
  }
};

TEST_F(OutputFeedTest, DropOldestCountsTheLinesThatGaveWay) {
  Feed feed(feed_config(QueueFull::drop_oldest));
  EXPECT_EQ(feed.submit(batch(0, 4), Producer::cannot_wait), 0U);
  EXPECT_EQ(feed.submit(batch(10, 6), Producer::cannot_wait), 0U);
  EXPECT_EQ(feed.submit(batch(20, 1), Producer::cannot_wait), 4U);
  const OutputCounts counts = feed.books.counts();
  EXPECT_EQ(counts.submitted, 11U);
  EXPECT_EQ(counts.queued, 7U);
  EXPECT_EQ(counts.dropped.at("queue_full"), 4U);
  EXPECT_TRUE(counts.balanced());
  EXPECT_EQ(first_line(feed.feed.next()), test::numbered_line(10, 99));
}

// PX-12: what tells of the loss is not lost with it.
TEST_P(OutputFeedTest, EventsHaveRoomOfTheirOwnAndGoFirst) {
  Feed feed(feed_config(GetParam(), true));
  const auto event = [&](std::size_t number) {
    return test::make_batch(pool_, {test::numbered_line(number, 999)}, Framing::newline, true);
  };
  EXPECT_EQ(feed.submit(event(1), Producer::can_wait), 0U);
  for (std::size_t i = 0; i < 50; ++i) feed.submit(batch(100 + i, 1), Producer::cannot_wait);
  EXPECT_EQ(feed.submit(event(2), Producer::can_wait), 0U);
  EXPECT_EQ(feed.books.counts().queued, 12U);
  for (const std::size_t number : {1U, 2U}) {
    EXPECT_EQ(first_line(feed.feed.next()), test::numbered_line(number, 999));
    feed.feed.delivered(1, 1'000);
  }
  EXPECT_EQ(first_line(feed.feed.next()), line_that_stays(100, 140));
  std::size_t lost = 0;
  for (std::size_t i = 0; i < 2'000; ++i) lost += feed.submit(event(i), Producer::cannot_wait);
  EXPECT_GT(lost, 900U);
  EXPECT_EQ(feed.books.counts().dropped.at("queue_full"), 40U + lost);
  EXPECT_TRUE(feed.books.counts().balanced());
  feed.feed.dropped(DropReason::stopped, 1);
  EXPECT_EQ(first_line(feed.feed.next()), test::numbered_line(lost, 999)) << "the oldest that is left";
  feed.queue.close();
  feed.feed.dropped(DropReason::stopped, 1);
  feed.queue.abandon();
  EXPECT_TRUE(feed.queue.finished());
  EXPECT_EQ(feed.queue.held_bytes(), 0U);
}

TEST_F(OutputFeedTest, DropNewestCountsTheLinesThatWereRefused) {
  Feed feed(feed_config(QueueFull::drop_newest));
  EXPECT_EQ(feed.submit(batch(0, 9), Producer::cannot_wait), 0U);
  EXPECT_EQ(feed.submit(batch(10, 2), Producer::cannot_wait), 2U);
  EXPECT_EQ(feed.submit(batch(20, 1), Producer::cannot_wait), 1U) << "it would leave a gap before it";
  const OutputCounts counts = feed.books.counts();
  EXPECT_EQ(counts.queued, 9U);
  EXPECT_EQ(counts.dropped.at("queue_full"), 3U);
  EXPECT_TRUE(counts.balanced());
  EXPECT_EQ(first_line(feed.feed.next()), test::numbered_line(0, 99));
}

TEST_F(OutputFeedTest, AnEmptyBatchIsNoBatch) {
  Feed feed(feed_config(QueueFull::drop_oldest));
  feed.submit(batch(0, 0), Producer::cannot_wait);
  feed.submit(BatchRef{}, Producer::cannot_wait);
  EXPECT_FALSE(feed.feed.next());
}

TEST_P(OutputFeedTest, OnlyAProducerThatCanWaitAtARequiredOutputWaits) {
  struct Row {
    Producer producer;
    bool required;
  };
  for (const auto& [producer, required] :
       {Row{Producer::cannot_wait, false}, Row{Producer::cannot_wait, true}, Row{Producer::can_wait, false}}) {
    Feed feed(feed_config(GetParam(), required));
    EXPECT_EQ(feed.submit(batch(0, 10), producer), 0U);
    EXPECT_EQ(feed.submit(batch(10, 10), producer), 10U);
    EXPECT_EQ(first_line(feed.feed.next()), line_that_stays(0, 10));
    EXPECT_TRUE(feed.books.counts().balanced());
  }
}

TEST_P(OutputFeedTest, AWaitingProducerLosesNothing) {
  Feed feed(feed_config(GetParam(), true));
  EXPECT_EQ(feed.submit(batch(0, 10), Producer::can_wait), 0U);
  std::thread producer([&] { EXPECT_EQ(feed.submit(batch(10, 10), Producer::can_wait), 0U); });
  wait_for_second_batch(feed);
  EXPECT_EQ(feed.books.counts().dropped.at("queue_full"), 0U);
  EXPECT_EQ(first_line(feed.feed.next()), test::numbered_line(0, 99));
  producer.join();
  feed.feed.delivered(10, 1000);
  EXPECT_EQ(first_line(feed.feed.next()), test::numbered_line(10, 99));
  EXPECT_EQ(feed.books.counts().dropped.at("queue_full"), 0U);
}

TEST_P(OutputFeedTest, AReleasedProducerGoesOnByThePolicy) {
  Feed feed(feed_config(GetParam(), true));
  EXPECT_EQ(feed.submit(batch(0, 10), Producer::can_wait), 0U);
  std::thread producer([&] { EXPECT_EQ(feed.submit(batch(10, 10), Producer::can_wait), 10U); });
  wait_for_second_batch(feed);
  EXPECT_EQ(feed.books.counts().dropped.at("queue_full"), 0U);
  feed.queue.release_producers();
  producer.join();
  EXPECT_EQ(feed.submit(batch(20, 10), Producer::can_wait), 10U);
  EXPECT_EQ(feed.books.counts().dropped.at("queue_full"), 20U);
  EXPECT_TRUE(feed.books.counts().balanced());
  EXPECT_EQ(first_line(feed.feed.next()), line_that_stays(0, 20));
}

TEST_P(OutputFeedTest, AWaitingProducerEndsWithTheClose) {
  Feed feed(feed_config(GetParam(), true));
  EXPECT_EQ(feed.submit(batch(0, 10), Producer::can_wait), 0U);
  std::thread producer([&] { EXPECT_EQ(feed.submit(batch(10, 10), Producer::can_wait), 0U); });
  wait_for_second_batch(feed);
  feed.queue.close();
  producer.join();
  EXPECT_EQ(feed.books.counts().dropped.at("stopped"), 10U);
  EXPECT_TRUE(feed.books.counts().balanced());
}

TEST_P(OutputFeedTest, WhatComesAfterTheCloseIsCountedAsStopped) {
  Feed feed(feed_config(GetParam()));
  feed.submit(batch(0, 3), Producer::cannot_wait);
  feed.queue.close();
  EXPECT_EQ(feed.submit(batch(10, 2), Producer::cannot_wait), 0U);
  EXPECT_EQ(feed.books.counts().dropped.at("stopped"), 2U);
  EXPECT_TRUE(feed.books.counts().balanced());
  EXPECT_EQ(feed.queue.abandon(), 3U);
  EXPECT_EQ(feed.books.counts().dropped.at("stopped"), 5U);
  EXPECT_EQ(feed.books.counts().queued, 0U);
  EXPECT_TRUE(feed.books.counts().balanced());
}

INSTANTIATE_TEST_SUITE_P(Policies, OutputFeedTest, testing::Values(QueueFull::drop_oldest, QueueFull::drop_newest));

TEST_F(OutputFeedTest, LinesInHandAndLinesInTheQueueAreDroppedAtTheEnd) {
  Feed feed(feed_config(QueueFull::drop_oldest, false, 100));
  feed.submit(batch(0, 10), Producer::cannot_wait);
  feed.submit(batch(10, 5), Producer::cannot_wait);
  EXPECT_TRUE(feed.feed.next());
  feed.feed.delivered(4, 400);
  feed.queue.close();
  EXPECT_EQ(feed.supply.put_away(feed.feed.take_all()), 11U);
  EXPECT_EQ(feed.books.counts().dropped.at("stopped"), 11U);
  EXPECT_TRUE(feed.books.counts().balanced());
}

// PX-12, PX-15
TEST_F(OutputFeedTest, LinesThatADriverLeavesComeFirstAgain) {
  Feed feed(feed_config(QueueFull::drop_oldest, false, 100));
  feed.submit(batch(0, 10), Producer::cannot_wait);
  feed.submit(batch(10, 5), Producer::cannot_wait);
  EXPECT_EQ(feed.feed.next().first_line, 0U);
  std::size_t left = 10;
  for (const std::size_t settled : {4U, 0U, 5U}) {
    if (settled > 0) feed.feed.delivered(settled, 0);
    left -= settled;
    EXPECT_EQ(feed.books.counts().queued, left + 5);
    EXPECT_EQ(first_line(feed.feed.next()), test::numbered_line(10 - left, 99));
    EXPECT_TRUE(feed.books.counts().balanced());
  }
  feed.feed.delivered(1, 0);
  EXPECT_EQ(first_line(feed.feed.next()), test::numbered_line(10, 99)) << "nothing was left";
}

// PX-12: what a receiver of several has not acknowledged goes to another one.
TEST_F(OutputFeedTest, WhatOneGivesBackIsForTheNextToTake) {
  Feed feed(feed_config(QueueFull::drop_oldest, false, 100));
  OutputFeed other(feed.supply);
  feed.submit(batch(0, 10), Producer::cannot_wait);
  feed.submit(batch(10, 5), Producer::cannot_wait);
  feed.queue.close();
  EXPECT_TRUE(feed.feed.next());
  feed.feed.delivered(4, 400);
  feed.feed.give_back();
  EXPECT_EQ(feed.feed.window().unsettled(), 0U);
  EXPECT_EQ(first_line(other.next()), test::numbered_line(4, 99));
  EXPECT_FALSE(feed.feed.finished());
  other.delivered(6, 600);
  EXPECT_EQ(first_line(feed.feed.next()), test::numbered_line(10, 99));
  other.give_back();
  EXPECT_FALSE(other.finished()) << "what the other one has in hand may come back";
  EXPECT_EQ(feed.books.counts().queued, 5U);
  feed.feed.delivered(5, 500);
  EXPECT_TRUE(other.finished());
  EXPECT_EQ(feed.books.counts().delivered, 15U);
}

TEST_F(OutputFeedTest, LinesInHandKeepTheFeedFromEnding) {
  Feed feed(feed_config(QueueFull::drop_oldest));
  feed.submit(batch(0, 4), Producer::cannot_wait);
  feed.queue.close();
  EXPECT_TRUE(feed.feed.next());
  EXPECT_FALSE(feed.feed.finished());
  feed.feed.dropped(DropReason::oversize, 1);
  feed.feed.dropped_by_errno(EPIPE, 3);
  EXPECT_TRUE(feed.feed.finished());
  EXPECT_TRUE(feed.books.counts().balanced());
}

TEST_F(OutputFeedTest, LinesInHandTakeRoomInTheQueue) {
  Feed feed(feed_config(QueueFull::drop_newest));
  feed.submit(batch(0, 6), Producer::cannot_wait);
  EXPECT_TRUE(feed.feed.take());
  EXPECT_EQ(feed.submit(batch(10, 6), Producer::cannot_wait), 0U) << "an empty queue takes anything";
  EXPECT_EQ(feed.submit(batch(20, 1), Producer::cannot_wait), 1U);
  EXPECT_TRUE(feed.feed.take());
  feed.feed.delivered(6, 600);
  EXPECT_EQ(feed.submit(batch(30, 4), Producer::cannot_wait), 0U);
  EXPECT_EQ(feed.submit(batch(40, 1), Producer::cannot_wait), 1U);
}

TEST_F(OutputFeedTest, DivertedLinesGoToAnotherQueueInTheSameBooks) {
  Feed feed(feed_config(QueueFull::drop_oldest));
  LineSupply tcp(feed_config(QueueFull::drop_oldest), Framing::newline, feed.books, [] {}, nullptr);
  OutputFeed udp(feed.supply, &tcp.queue());
  feed.submit(batch(0, 2), Producer::cannot_wait);
  const BatchPart part = udp.next();
  const LineRef& line = part.batch->lines()[0];
  udp.divert(part.batch->message(line), line.event);
  udp.delivered(1, 100);
  OutputCounts counts = feed.books.counts();
  EXPECT_EQ(counts.delivered, 1U);
  EXPECT_EQ(counts.queued, 1U);
  EXPECT_TRUE(counts.balanced());
  OutputFeed other(tcp);
  EXPECT_EQ(other.next().batch->bytes(), test::numbered_line(0, 99) + '\n');
  other.delivered(1, 100);
  EXPECT_EQ(feed.books.counts().delivered, 2U);
  EXPECT_TRUE(feed.books.counts().balanced());
}

TEST_F(OutputFeedTest, CutLineIsToldOnce) {
  Feed feed(feed_config(QueueFull::drop_oldest));
  feed.submit(batch(0, 4), Producer::cannot_wait);
  EXPECT_FALSE(feed.feed.next().after_cut_line);
  feed.feed.left_cut_line();
  EXPECT_TRUE(feed.feed.next().after_cut_line);
  EXPECT_FALSE(feed.feed.next().after_cut_line);
}

TEST(OutputBooks, NamesErrorsOfTheSystem) {
  EXPECT_EQ(errno_name(ECONNREFUSED), "ECONNREFUSED");
  EXPECT_EQ(errno_name(0), "unknown");
  OutputBooks books;
  books.error(EPIPE);
  books.error(99999);
  books.dropped_by_errno(EPIPE, 7);
  EXPECT_EQ(books.counts().errors, (OutputCounts::ByReason{{"EPIPE", 1}, {"unknown", 1}}));
  EXPECT_EQ(books.counts().dropped.at("EPIPE"), 7U);
}

}  // namespace
}  // namespace flowcef
