#include "flowcef/replicate/replicator.hpp"

#include <gtest/gtest.h>

#include "replicate_test_support.hpp"

namespace flowcef {
namespace {

using test::datagram;
using test::endpoint;
using test::prefix;
using test::replicate_to;

class ReplicatorTest : public testing::Test {
 protected:
  ReplicatorTest() {
    ReplicateConfig config = replicate_to(endpoint("127.0.0.1:9"));
    all_ = std::make_unique<ReplicateTarget>(config, log_.logger());
    config.exporters = {prefix("192.0.2.0/24")};
    some_ = std::make_unique<ReplicateTarget>(config, log_.logger());
  }

  ReplicaPool pool_;
  test::CapturedLog log_;
  std::unique_ptr<ReplicateTarget> all_;  // nobody starts them, so that all stays in their queues
  std::unique_ptr<ReplicateTarget> some_;
};

TEST_F(ReplicatorTest, HandsToEachTargetWhatItWants) {
  Replicator replicator(pool_, {all_.get(), some_.get()}, {});
  replicator.take(datagram("a", "192.0.2.1:1"));
  replicator.take(datagram("b", "198.51.100.1:1"));
  replicator.flush();
  EXPECT_EQ(all_->counts().queued, 2U);
  EXPECT_EQ(some_->counts().queued, 1U);
}

TEST_F(ReplicatorTest, HandsOnBeforeTheFlushIfManyCome) {
  Replicator replicator(pool_, {all_.get()}, {});
  for (int i = 0; i < 1000; ++i) replicator.take(datagram("a"));
  EXPECT_GT(all_->counts().queued, 900U);
  replicator.flush();
  EXPECT_EQ(all_->counts().queued, 1000U);
}

// PX-11: a tap sees what goes to our targets, and that must not go round.
TEST_F(ReplicatorTest, SendsNothingOnThatWasSentToATarget) {
  Replicator replicator(pool_, {all_.get()}, {endpoint("192.0.2.99:2055"), endpoint("127.0.0.1:9")});
  Datagram tapped = datagram("a");
  tapped.listener = endpoint("192.0.2.99:2055");
  replicator.take(tapped);
  replicator.flush();
  EXPECT_EQ(all_->counts().taken, 0U);
}

}  // namespace
}  // namespace flowcef
