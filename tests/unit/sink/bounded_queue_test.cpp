#include "flowcef/core/bounded_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "support/sink_support.hpp"

namespace flowcef {
namespace {

class BoundedQueueTest : public testing::Test {
 protected:
  int wakes_ = 0;
  BoundedQueue<int> queue_{10, [this] { ++wakes_; }};

  std::vector<int> drain() {
    std::vector<int> items;
    while (const auto item = queue_.pop()) items.push_back(*item);
    return items;
  }
  /// Gives a producer's thread time to reach its wait, which nothing else shows.
  static void let_it_wait() { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }
};

TEST_F(BoundedQueueTest, KeepsOrderAndRefusesAboveItsCapacity) {
  EXPECT_EQ(queue_.try_push(1, 4), PushResult::accepted);
  EXPECT_EQ(queue_.try_push(2, 6), PushResult::accepted);
  EXPECT_EQ(queue_.try_push(3, 1), PushResult::full);
  EXPECT_EQ(drain(), (std::vector{1, 2}));
  EXPECT_EQ(queue_.try_push(3, 1), PushResult::accepted);
}

TEST_F(BoundedQueueTest, TakesNothingBehindWhatFoundNoRoom) {
  EXPECT_EQ(queue_.try_push(1, 6), PushResult::accepted);
  EXPECT_EQ(queue_.try_push(2, 3), PushResult::accepted);
  EXPECT_EQ(queue_.try_push(3, 8), PushResult::full);
  EXPECT_EQ(queue_.try_push(4, 1), PushResult::full);
  EXPECT_EQ(queue_.pop(), 1);
  queue_.release(6);
  EXPECT_EQ(queue_.try_push(5, 1), PushResult::full);
  EXPECT_EQ(queue_.pop(), 2);
  queue_.release(3);
  EXPECT_EQ(queue_.try_push(6, 1), PushResult::accepted);
  EXPECT_EQ(queue_.try_push(7, 1), PushResult::accepted);
  EXPECT_EQ(drain(), (std::vector{6, 7}));
}

TEST_F(BoundedQueueTest, WhatIsTakenCountsUntilItIsReleased) {
  EXPECT_EQ(queue_.try_push(1, 6), PushResult::accepted);
  EXPECT_EQ(queue_.pop(), 1);
  EXPECT_EQ(queue_.try_push(2, 4), PushResult::accepted);
  EXPECT_EQ(queue_.try_push(3, 1), PushResult::full);
  queue_.release(6);
  EXPECT_EQ(queue_.try_push(3, 6), PushResult::accepted);
  EXPECT_EQ(queue_.try_push(4, 1), PushResult::full);
}

TEST_F(BoundedQueueTest, ReleaseLetsAWaitingProducerIn) {
  EXPECT_EQ(queue_.try_push(1, 9), PushResult::accepted);
  EXPECT_EQ(queue_.pop(), 1);
  EXPECT_EQ(queue_.try_push(2, 1), PushResult::accepted);
  PushResult result = PushResult::full;
  std::thread producer([&] { result = queue_.wait_push(3, 9); });
  let_it_wait();
  queue_.release(9);
  producer.join();
  EXPECT_EQ(result, PushResult::accepted);
  EXPECT_EQ(drain(), (std::vector{2, 3}));
}

TEST_F(BoundedQueueTest, TakesAnItemAboveItsCapacityWhenEmpty) {
  EXPECT_EQ(queue_.try_push(1, 99), PushResult::accepted);
  EXPECT_EQ(queue_.try_push(2, 1), PushResult::full);
  EXPECT_EQ(drain(), (std::vector{1}));
}

TEST_F(BoundedQueueTest, DropsAsManyOldItemsAsMustGo) {
  std::vector<int> evicted;
  const auto keep = [&](int item) { evicted.push_back(item); };
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(queue_.push_dropping_oldest(i, 2, keep), PushResult::accepted);
  EXPECT_TRUE(evicted.empty());
  EXPECT_EQ(queue_.push_dropping_oldest(6, 5, keep), PushResult::accepted);
  EXPECT_EQ(evicted, (std::vector{1, 2, 3}));
  EXPECT_EQ(queue_.push_dropping_oldest(7, 50, keep), PushResult::accepted);
  EXPECT_EQ(evicted, (std::vector{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(drain(), (std::vector{7}));
}

TEST_F(BoundedQueueTest, WakesTheConsumerOnceUntilItIsEmptyAgain) {
  EXPECT_EQ(queue_.try_push(1, 1), PushResult::accepted);
  EXPECT_EQ(queue_.try_push(2, 1), PushResult::accepted);
  EXPECT_EQ(wakes_, 1);
  drain();
  EXPECT_EQ(queue_.try_push(3, 1), PushResult::accepted);
  EXPECT_EQ(wakes_, 2);
  queue_.close();
  EXPECT_EQ(wakes_, 3);
}

TEST_F(BoundedQueueTest, WhenClosedTakesNothingButGivesWhatItHolds) {
  EXPECT_EQ(queue_.try_push(1, 1), PushResult::accepted);
  queue_.close();
  EXPECT_EQ(queue_.try_push(2, 1), PushResult::closed);
  EXPECT_EQ(queue_.wait_push(2, 1), PushResult::closed);
  EXPECT_EQ(queue_.push_dropping_oldest(2, 99, [](int) { FAIL(); }), PushResult::closed);
  EXPECT_FALSE(queue_.finished());
  EXPECT_EQ(drain(), (std::vector{1}));
  EXPECT_TRUE(queue_.finished());
}

TEST_F(BoundedQueueTest, WaitingProducerGoesOnWhenThereIsRoom) {
  EXPECT_EQ(queue_.try_push(1, 10), PushResult::accepted);
  PushResult result = PushResult::full;
  std::thread producer([&] { result = queue_.wait_push(2, 10); });
  EXPECT_EQ(queue_.pop(), 1);
  producer.join();
  EXPECT_EQ(result, PushResult::accepted);
  EXPECT_EQ(queue_.pop(), 2);
}

TEST_F(BoundedQueueTest, WaitingProducerGivesUpWhenClosed) {
  EXPECT_EQ(queue_.try_push(1, 10), PushResult::accepted);
  PushResult result = PushResult::full;
  std::thread producer([&] { result = queue_.wait_push(2, 10); });
  queue_.close();
  producer.join();
  EXPECT_EQ(result, PushResult::closed);
}

TEST_F(BoundedQueueTest, WaitingProducerTakesTheRoomThatEvictionLeaves) {
  EXPECT_EQ(queue_.try_push(1, 10), PushResult::accepted);
  PushResult result = PushResult::full;
  std::thread producer([&] { result = queue_.wait_push(2, 4); });
  let_it_wait();
  EXPECT_EQ(queue_.push_dropping_oldest(3, 6, [](int) {}), PushResult::accepted);
  producer.join();
  EXPECT_EQ(result, PushResult::accepted);
}

TEST_F(BoundedQueueTest, ReleasedProducerIsRefusedAndNobodyWaitsAgain) {
  EXPECT_EQ(queue_.try_push(1, 10), PushResult::accepted);
  PushResult result = PushResult::accepted;
  std::thread producer([&] { result = queue_.wait_push(2, 10); });
  let_it_wait();
  queue_.release_waiting();
  producer.join();
  EXPECT_EQ(result, PushResult::full);
  EXPECT_EQ(queue_.wait_push(3, 10), PushResult::full);
  EXPECT_EQ(drain(), (std::vector{1}));
  EXPECT_EQ(queue_.wait_push(4, 10), PushResult::accepted);
  queue_.close();
  EXPECT_EQ(queue_.wait_push(5, 1), PushResult::closed);
}

TEST_F(BoundedQueueTest, AllowedOverflowLetsWaitingProducersInButNoOthers) {
  EXPECT_EQ(queue_.try_push(1, 10), PushResult::accepted);
  PushResult result = PushResult::full;
  std::thread producer([&] { result = queue_.wait_push(2, 10); });
  let_it_wait();
  queue_.allow_overflow(20);
  producer.join();
  EXPECT_EQ(result, PushResult::accepted);
  EXPECT_EQ(queue_.wait_push(3, 10), PushResult::accepted);
  EXPECT_EQ(queue_.wait_push(4, 1), PushResult::full) << "more than is allowed";
  EXPECT_EQ(queue_.try_push(4, 1), PushResult::full);

  queue_.allow_overflow(0);
  std::thread waiter([&] { result = queue_.wait_push(5, 10); });
  EXPECT_EQ(queue_.pop(), 1);
  EXPECT_EQ(queue_.pop(), 2);
  let_it_wait();
  EXPECT_EQ(queue_.pop(), 3);
  waiter.join();
  EXPECT_EQ(drain(), (std::vector{5}));
}

TEST_F(BoundedQueueTest, LargerCapacityLetsAWaitingProducerIn) {
  EXPECT_EQ(queue_.try_push(1, 10), PushResult::accepted);
  PushResult result = PushResult::full;
  std::thread producer([&] { result = queue_.wait_push(2, 10); });
  let_it_wait();
  queue_.set_capacity(20);
  producer.join();
  EXPECT_EQ(result, PushResult::accepted);
  queue_.set_capacity(5);
  EXPECT_EQ(queue_.try_push(3, 1), PushResult::full);
  EXPECT_EQ(drain(), (std::vector{1, 2})) << "what is queued stays";
  EXPECT_EQ(queue_.try_push(3, 5), PushResult::accepted);
  EXPECT_EQ(queue_.try_push(4, 1), PushResult::full);
}

TEST(BoundedQueue, ConcurrentProducersLoseNothingAndStayInOrder) {
  static constexpr int kProducers = 4;
  static constexpr int kItems = 1000;
  std::atomic<int> wakes{0};
  BoundedQueue<int> queue(16, [&] { ++wakes; });
  std::vector<std::thread> producers;
  std::atomic<int> refused{0};
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&, p] {
      for (int i = 0; i < kItems; ++i) {
        if (queue.wait_push(p * kItems + i, 1) != PushResult::accepted) ++refused;
      }
    });
  }
  std::vector<int> next(kProducers, 0);
  int seen = 0;
  EXPECT_TRUE(test::eventually([&] {
    while (const auto item = queue.pop()) {
      const auto producer = static_cast<std::size_t>(*item / kItems);
      EXPECT_EQ(*item % kItems, next[producer]++);
      queue.release(1);
      ++seen;
    }
    return seen == kProducers * kItems;
  }));
  for (std::thread& producer : producers) producer.join();
  EXPECT_EQ(refused, 0);
  EXPECT_GE(wakes, 1);
}

}  // namespace
}  // namespace flowcef
