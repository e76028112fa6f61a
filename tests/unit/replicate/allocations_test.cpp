// Replication allocates nothing on the record path, also while a target's queue is full.
#include "support/allocation_counter.hpp"

#include <gtest/gtest.h>

#include "flowcef/replicate/replicator.hpp"
#include "replicate_test_support.hpp"

namespace flowcef::test {
namespace {

TEST(Allocations, NoneInSteadyState) {
  const Collector collector;
  CapturedLog log;
  ReplicaPool pool;
  ReplicateTarget live(replicate_to(collector.address()), log.logger());
  ReplicateConfig small = replicate_to(endpoint("127.0.0.1:9"));
  small.queue_bytes = 64 << 10;
  ReplicateTarget stuck(small, log.logger());  // nobody starts it
  Replicator replicator(pool, {&live, &stuck}, {});
  const std::string payload(1'400, 'x');
  const Datagram one = datagram(payload);
  // All at once under way, which is the most that the pool will be asked for.
  for (int i = 0; i < 1'000; ++i) replicator.take(one);
  replicator.flush();
  live.start();
  ASSERT_TRUE(wait_for([&] { return live.counts().queued == 0; }));
  const std::size_t before = allocations();
  for (int i = 0; i < 500; ++i) replicator.take(one);
  replicator.flush();
  EXPECT_EQ(allocations() - before, 0U);
  EXPECT_GT(stuck.counts().dropped.at("queue_full"), 0U);
}

}  // namespace
}  // namespace flowcef::test
