#include "flowcef/replicate/replica_queue.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "replicate_test_support.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using test::datagram;

class ReplicaQueueTest : public testing::Test {
 protected:
  static constexpr std::size_t kSmall = ReplicaPool::kSizes[0];

  void push(ReplicaQueue& queue, std::string_view payload, std::size_t times = 1) {
    std::vector<ReplicaRef> replicas(times, pool_.copy(datagram(payload)));
    queue.push(replicas);
    for (const ReplicaRef& replica : replicas) EXPECT_FALSE(replica);
  }

  ReplicaPool pool_;
};

// PX-11: bounded by the memory that datagrams take, and the newest goes.
TEST_F(ReplicaQueueTest, DropsTheNewestWhenFull) {
  ReplicaQueue queue(3 * kSmall);
  push(queue, "old", 3);
  push(queue, "new", 2);
  EXPECT_EQ(queue.counts().taken, 5U);
  EXPECT_EQ(queue.counts().queued, 3U);
  EXPECT_EQ(queue.counts().dropped.at("queue_full"), 2U);
  EXPECT_TRUE(queue.counts().balanced());
  std::array<ReplicaRef, 8> taken;
  ASSERT_EQ(queue.take(taken), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(taken[i]->payload()[0], 'o');
}

TEST_F(ReplicaQueueTest, CountsWhatIsInHandUntilItIsSent) {
  ReplicaQueue queue(2 * kSmall);
  push(queue, "abc", 2);
  std::array<ReplicaRef, 8> taken;
  ASSERT_EQ(queue.take(taken), 2U);
  EXPECT_EQ(queue.counts().queued, 2U);
  EXPECT_EQ(queue.counts().queued_bytes, 2 * kSmall);
  queue.sent(1, 3, kSmall);
  queue.dropped("EPERM", *taken[1]);
  EXPECT_EQ(queue.counts().queued, 0U);
  EXPECT_EQ(queue.counts().queued_bytes, 0U);
  EXPECT_EQ(queue.counts().sent_bytes, 3U);
  EXPECT_EQ(queue.counts().dropped.at("EPERM"), 1U);
  EXPECT_TRUE(queue.counts().balanced());
}

TEST_F(ReplicaQueueTest, TakesTheLongestDatagramWhenEmpty) {
  ReplicaQueue queue(kSmall);
  push(queue, std::string(65'507, 'x'));
  push(queue, "x");
  EXPECT_EQ(queue.counts().queued, 1U);
  EXPECT_EQ(queue.counts().dropped.at("queue_full"), 1U);
}

TEST_F(ReplicaQueueTest, ChangesItsCapacityWithWhatItHolds) {
  ReplicaQueue queue(8 * kSmall);
  push(queue, "a", 4);
  std::array<ReplicaRef, 2> taken;
  ASSERT_EQ(queue.take(taken), 2U);
  queue.set_capacity(kSmall);
  push(queue, "b");
  EXPECT_EQ(queue.counts().queued, 4U);
  EXPECT_EQ(queue.counts().dropped.at("queue_full"), 1U);
  ASSERT_EQ(queue.take(taken), 2U);
  EXPECT_EQ(taken[1]->payload()[0], 'a');
}

TEST_F(ReplicaQueueTest, DropsWhatIsLeftAtTheDeadlineOfAStop) {
  ReplicaQueue queue(8 * kSmall);
  push(queue, "a", 4);
  std::array<ReplicaRef, 2> taken;
  queue.stop(ReplicaQueue::Clock::now() + 1h);
  EXPECT_EQ(queue.take(taken), 2U) << "the deadline is far";
  queue.sent(2, 2, 2 * kSmall);
  queue.stop(ReplicaQueue::Clock::now());
  EXPECT_EQ(queue.take(taken), 0U);
  EXPECT_EQ(queue.counts().dropped.at("stopped"), 2U);
  push(queue, "late");
  EXPECT_EQ(queue.counts().dropped.at("stopped"), 3U);
  EXPECT_FALSE(queue.counts().dropped.contains("queue_full"));
  EXPECT_TRUE(queue.counts().balanced());
}

TEST_F(ReplicaQueueTest, WakesWhoWaits) {
  ReplicaQueue queue(8 * kSmall);
  std::array<ReplicaRef, 2> taken;
  std::size_t count = 0;
  std::thread consumer([&] { count = queue.take(taken); });
  push(queue, "a");
  consumer.join();
  EXPECT_EQ(count, 1U);
}

}  // namespace
}  // namespace flowcef
