#include "flowcef/sink/output_feed.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "support/sink_support.hpp"

namespace flowcef {
namespace {

class OutputFeedTest : public testing::TestWithParam<QueueFull> {
 protected:
  BatchPool pool_;

  BatchRef batch(std::size_t first, std::size_t count) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < count; ++i) lines.push_back(test::numbered_line(first + i, 99));
    return test::make_batch(pool_, lines);
  }
  static SinkConfig feed_config(QueueFull policy, bool required = false, std::size_t queue_bytes = 1000) {
    SinkConfig config;
    config.queue_bytes = queue_bytes;
    config.queue_full = policy;
    config.required = required;
    return config;
  }
  /// Returns: the first line of the batch that the policy keeps, by the numbers of the oldest and of the newest.
  static std::string line_that_stays(std::size_t oldest, std::size_t newest) {
    return test::numbered_line(GetParam() == QueueFull::drop_oldest ? newest : oldest, 99);
  }
  /// A batch is in the books before its producer waits; the pause gives it time to do so.
  static void wait_for_second_batch(const OutputFeed& feed) {
    EXPECT_TRUE(test::eventually([&] { return feed.books().counts().queued == 20; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  static std::string first_line(const BatchPart& part) {
    return std::string(part.batch->message(part.batch->lines()[part.first_line]));
  }
};

TEST_F(OutputFeedTest, DropOldestCountsTheLinesThatGaveWay) {
  OutputFeed feed(feed_config(QueueFull::drop_oldest), [] {});
  EXPECT_EQ(feed.submit(batch(0, 4), Producer::cannot_wait), 0U);
  EXPECT_EQ(feed.submit(batch(10, 6), Producer::cannot_wait), 0U);
  EXPECT_EQ(feed.submit(batch(20, 1), Producer::cannot_wait), 4U);
  const OutputCounts counts = feed.books().counts();
  EXPECT_EQ(counts.submitted, 11U);
  EXPECT_EQ(counts.queued, 7U);
  EXPECT_EQ(counts.dropped.at("queue_full"), 4U);
  EXPECT_TRUE(counts.balanced());
  EXPECT_EQ(first_line(feed.next()), test::numbered_line(10, 99));
}

TEST_F(OutputFeedTest, DropNewestCountsTheLinesThatWereRefused) {
  OutputFeed feed(feed_config(QueueFull::drop_newest), [] {});
  EXPECT_EQ(feed.submit(batch(0, 9), Producer::cannot_wait), 0U);
  EXPECT_EQ(feed.submit(batch(10, 2), Producer::cannot_wait), 2U);
  EXPECT_EQ(feed.submit(batch(20, 1), Producer::cannot_wait), 0U);
  const OutputCounts counts = feed.books().counts();
  EXPECT_EQ(counts.queued, 10U);
  EXPECT_EQ(counts.dropped.at("queue_full"), 2U);
  EXPECT_TRUE(counts.balanced());
  EXPECT_EQ(first_line(feed.next()), test::numbered_line(0, 99));
}

TEST_F(OutputFeedTest, AnEmptyBatchIsNoBatch) {
  OutputFeed feed(feed_config(QueueFull::drop_oldest), [] {});
  feed.submit(batch(0, 0), Producer::cannot_wait);
  feed.submit(BatchRef{}, Producer::cannot_wait);
  EXPECT_FALSE(feed.next());
}

TEST_P(OutputFeedTest, OnlyAProducerThatCanWaitAtARequiredOutputWaits) {
  struct Row {
    Producer producer;
    bool required;
  };
  for (const auto& [producer, required] :
       {Row{Producer::cannot_wait, false}, Row{Producer::cannot_wait, true}, Row{Producer::can_wait, false}}) {
    OutputFeed feed(feed_config(GetParam(), required), [] {});
    EXPECT_EQ(feed.submit(batch(0, 10), producer), 0U);
    EXPECT_EQ(feed.submit(batch(10, 10), producer), 10U);
    EXPECT_EQ(first_line(feed.next()), line_that_stays(0, 10));
    EXPECT_TRUE(feed.books().counts().balanced());
  }
}

TEST_P(OutputFeedTest, AWaitingProducerLosesNothing) {
  OutputFeed feed(feed_config(GetParam(), true), [] {});
  EXPECT_EQ(feed.submit(batch(0, 10), Producer::can_wait), 0U);
  std::thread producer([&] { EXPECT_EQ(feed.submit(batch(10, 10), Producer::can_wait), 0U); });
  wait_for_second_batch(feed);
  EXPECT_EQ(feed.books().counts().dropped.at("queue_full"), 0U);
  EXPECT_EQ(first_line(feed.next()), test::numbered_line(0, 99));
  producer.join();
  EXPECT_EQ(first_line(feed.next()), test::numbered_line(10, 99));
  EXPECT_EQ(feed.books().counts().dropped.at("queue_full"), 0U);
}

TEST_P(OutputFeedTest, AReleasedProducerGoesOnByThePolicy) {
  OutputFeed feed(feed_config(GetParam(), true), [] {});
  EXPECT_EQ(feed.submit(batch(0, 10), Producer::can_wait), 0U);
  std::thread producer([&] { EXPECT_EQ(feed.submit(batch(10, 10), Producer::can_wait), 10U); });
  wait_for_second_batch(feed);
  EXPECT_EQ(feed.books().counts().dropped.at("queue_full"), 0U);
  feed.release_producers();
  producer.join();
  EXPECT_EQ(feed.submit(batch(20, 10), Producer::can_wait), 10U);
  EXPECT_EQ(feed.books().counts().dropped.at("queue_full"), 20U);
  EXPECT_TRUE(feed.books().counts().balanced());
  EXPECT_EQ(first_line(feed.next()), line_that_stays(0, 20));
}

TEST_P(OutputFeedTest, AWaitingProducerEndsWithTheClose) {
  OutputFeed feed(feed_config(GetParam(), true), [] {});
  EXPECT_EQ(feed.submit(batch(0, 10), Producer::can_wait), 0U);
  std::thread producer([&] { EXPECT_EQ(feed.submit(batch(10, 10), Producer::can_wait), 0U); });
  wait_for_second_batch(feed);
  feed.close();
  producer.join();
  EXPECT_EQ(feed.books().counts().dropped.at("stopped"), 10U);
  EXPECT_TRUE(feed.books().counts().balanced());
}

TEST_P(OutputFeedTest, WhatComesAfterTheCloseIsCountedAsStopped) {
  OutputFeed feed(feed_config(GetParam()), [] {});
  feed.submit(batch(0, 3), Producer::cannot_wait);
  feed.close();
  EXPECT_EQ(feed.submit(batch(10, 2), Producer::cannot_wait), 0U);
  EXPECT_EQ(feed.books().counts().dropped.at("stopped"), 2U);
  EXPECT_TRUE(feed.books().counts().balanced());
  EXPECT_EQ(feed.abandon(), 3U);
  EXPECT_EQ(feed.books().counts().dropped.at("stopped"), 5U);
  EXPECT_EQ(feed.books().counts().queued, 0U);
  EXPECT_TRUE(feed.books().counts().balanced());
}

INSTANTIATE_TEST_SUITE_P(Policies, OutputFeedTest, testing::Values(QueueFull::drop_oldest, QueueFull::drop_newest));

TEST_F(OutputFeedTest, AbandonTakesTheLinesInHandAsWell) {
  OutputFeed feed(feed_config(QueueFull::drop_oldest, false, 10'000), [] {});
  feed.submit(batch(0, 10), Producer::cannot_wait);
  feed.submit(batch(10, 5), Producer::cannot_wait);
  const BatchPart in_hand = feed.next();
  feed.books().delivered(4, 400);
  feed.books().in_hand(6);
  feed.close();
  EXPECT_EQ(feed.abandon(), 11U);
  EXPECT_TRUE(feed.books().counts().balanced());
}

// PX-15
TEST_F(OutputFeedTest, LinesThatADriverLeavesComeFirstAgain) {
  OutputFeed feed(feed_config(QueueFull::drop_oldest, false, 10'000), [] {});
  feed.submit(batch(0, 10), Producer::cannot_wait);
  feed.submit(batch(10, 5), Producer::cannot_wait);
  EXPECT_EQ(feed.next().first_line, 0U);
  for (const std::size_t left : {6U, 6U, 1U}) {
    feed.books().delivered(feed.books().lines_in_hand() - left, 0);
    feed.books().in_hand(left);
    feed.take_back();
    EXPECT_EQ(feed.books().counts().queued, left + 5);
    EXPECT_EQ(first_line(feed.next()), test::numbered_line(10 - left, 99));
    EXPECT_TRUE(feed.books().counts().balanced());
  }
  feed.books().delivered(1, 0);
  feed.books().in_hand(0);
  feed.take_back();
  EXPECT_EQ(first_line(feed.next()), test::numbered_line(10, 99)) << "nothing was left";
}

TEST_F(OutputFeedTest, LinesThatComeAgainKeepTheFeedFromEndingAndAreAbandonedOnce) {
  OutputFeed feed(feed_config(QueueFull::drop_oldest), [] {});
  feed.submit(batch(0, 4), Producer::cannot_wait);
  feed.close();
  EXPECT_TRUE(feed.next());
  EXPECT_TRUE(feed.finished());
  feed.take_back();
  EXPECT_FALSE(feed.finished());
  EXPECT_EQ(feed.abandon(), 4U);
  EXPECT_TRUE(feed.finished());
  EXPECT_TRUE(feed.books().counts().balanced());
}

TEST_F(OutputFeedTest, CutLineIsToldOnce) {
  OutputFeed feed(feed_config(QueueFull::drop_oldest), [] {});
  feed.submit(batch(0, 4), Producer::cannot_wait);
  EXPECT_FALSE(feed.next().after_cut_line);
  feed.left_cut_line();
  feed.take_back();
  EXPECT_TRUE(feed.next().after_cut_line);
  feed.take_back();
  EXPECT_FALSE(feed.next().after_cut_line);
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
