#include "flowcef/sink/output_feed.hpp"

#include <gtest/gtest.h>

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
  static std::string first_line(const BatchRef& batch) { return std::string(batch->message(batch->lines()[0])); }
};

TEST_F(OutputFeedTest, DropOldestCountsTheLinesThatGaveWay) {
  OutputFeed feed(1000, QueueFull::drop_oldest, [] {});
  EXPECT_EQ(feed.submit(batch(0, 4)), 0U);
  EXPECT_EQ(feed.submit(batch(10, 6)), 0U);
  EXPECT_EQ(feed.submit(batch(20, 1)), 4U);
  const OutputCounts counts = feed.books().counts();
  EXPECT_EQ(counts.submitted, 11U);
  EXPECT_EQ(counts.queued, 7U);
  EXPECT_EQ(counts.dropped.at("queue_full"), 4U);
  EXPECT_TRUE(counts.balanced());
  EXPECT_EQ(first_line(feed.next()), test::numbered_line(10, 99));
}

TEST_F(OutputFeedTest, DropNewestCountsTheLinesThatWereRefused) {
  OutputFeed feed(1000, QueueFull::drop_newest, [] {});
  EXPECT_EQ(feed.submit(batch(0, 9)), 0U);
  EXPECT_EQ(feed.submit(batch(10, 2)), 2U);
  EXPECT_EQ(feed.submit(batch(20, 1)), 0U);
  const OutputCounts counts = feed.books().counts();
  EXPECT_EQ(counts.queued, 10U);
  EXPECT_EQ(counts.dropped.at("queue_full"), 2U);
  EXPECT_TRUE(counts.balanced());
  EXPECT_EQ(first_line(feed.next()), test::numbered_line(0, 99));
}

TEST_F(OutputFeedTest, BlockWaitsForTheConsumer) {
  OutputFeed feed(1000, QueueFull::block, [] {});
  feed.submit(batch(0, 10));
  std::thread producer([&] { EXPECT_EQ(feed.submit(batch(10, 10)), 0U); });
  EXPECT_EQ(first_line(feed.next()), test::numbered_line(0, 99));
  producer.join();
  EXPECT_EQ(first_line(feed.next()), test::numbered_line(10, 99));
}

TEST_F(OutputFeedTest, AnEmptyBatchIsNoBatch) {
  OutputFeed feed(1000, QueueFull::block, [] {});
  feed.submit(batch(0, 0));
  feed.submit(BatchRef{});
  EXPECT_FALSE(feed.next());
}

TEST_P(OutputFeedTest, WhatComesAfterTheCloseIsCountedAsStopped) {
  OutputFeed feed(1000, GetParam(), [] {});
  feed.submit(batch(0, 3));
  feed.close();
  EXPECT_EQ(feed.submit(batch(10, 2)), 0U);
  EXPECT_EQ(feed.books().counts().dropped.at("stopped"), 2U);
  EXPECT_TRUE(feed.books().counts().balanced());
  EXPECT_EQ(feed.abandon(), 3U);
  EXPECT_EQ(feed.books().counts().dropped.at("stopped"), 5U);
  EXPECT_EQ(feed.books().counts().queued, 0U);
  EXPECT_TRUE(feed.books().counts().balanced());
}

INSTANTIATE_TEST_SUITE_P(Policies, OutputFeedTest,
                         testing::Values(QueueFull::drop_oldest, QueueFull::drop_newest, QueueFull::block));

TEST_F(OutputFeedTest, AbandonTakesTheLinesInHandAsWell) {
  OutputFeed feed(10'000, QueueFull::drop_oldest, [] {});
  feed.submit(batch(0, 10));
  feed.submit(batch(10, 5));
  const BatchRef in_hand = feed.next();
  feed.books().delivered(4, 400);
  feed.books().in_hand(6);
  feed.close();
  EXPECT_EQ(feed.abandon(), 11U);
  EXPECT_TRUE(feed.books().counts().balanced());
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
