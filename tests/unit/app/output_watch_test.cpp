// PX-10, PX-12: what the SIEM is told of the bridge's own outputs.
#include <gmock/gmock.h>

#include "watch_fixture.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class OutputWatchTest : public WatchTest {
 protected:
  OutputWatchTest() {
    OutputStatus& output = outputs_.emplace_back();
    output.config.name = "siem";
    output.config.transport = Transport::tcp;
    output.config.queue_bytes = 1000;
    output.links.push_back({});
    output.links.back().state = LinkState::open;
  }
  OutputStatus& output() { return outputs_.front(); }
};

TEST_F(OutputWatchTest, AnOutputThatIsDownIsToldAndThatItIsUp) {
  run(10);
  output().links[0].state = LinkState::waiting;
  output().links[0].error = "Connection refused";
  run(5);
  ASSERT_THAT(signatures(), ElementsAre("flowcef-output-down"));
  EXPECT_EQ(told_[0].value("reason"), "Connection refused");
  EXPECT_EQ(told_[0].value("cs1"), "siem");
  output().links[0].state = LinkState::open;
  run(5);
  EXPECT_THAT(signatures(), ElementsAre("flowcef-output-down", "flowcef-output-up"));
}

// PX-09: events that a reload switches on tell nothing of what was lost before.
TEST_F(OutputWatchTest, WhatWasLostBeforeTheWatchBeganIsNotTold) {
  output().counts.submitted = 100;
  output().counts.dropped["queue_full"] = 50;
  kernel_drops_ = 7;
  watch_.begin(survey());
  run(10);
  EXPECT_THAT(signatures(), IsEmpty());
  output().counts.dropped["queue_full"] = 52;
  kernel_drops_ = 10;
  run(1);
  ASSERT_THAT(signatures(), ElementsAre("flowcef-output-drops", "flowcef-kernel-drops"));
  EXPECT_EQ(told_[0].value("cnt"), "2");
  EXPECT_EQ(told_[1].value("cnt"), "3");
}

TEST_F(OutputWatchTest, AShortInterruptionIsNone) {
  run(10);
  output().links[0].state = LinkState::connecting;
  run(2);
  output().links[0].state = LinkState::open;
  run(10);
  EXPECT_THAT(signatures(), IsEmpty());
}

TEST_F(OutputWatchTest, AFullQueueAndASpoolAreTold) {
  output().config.spool.emplace().max_bytes = 1000;
  output().queue_bytes = 600;
  output().counts.spooled = 5;
  output().spool_bytes = 850;
  run(10);
  auto found = signatures();
  std::ranges::sort(found);
  EXPECT_THAT(found, ElementsAre("flowcef-output-slow", "flowcef-output-spooling", "flowcef-spool-near-full"));
  told_.clear();
  output().queue_bytes = 0;
  output().counts.spooled = 0;
  output().spool_bytes = 0;
  output().counts.dropped["queue_full"] = 30;
  run(10);
  found = signatures();
  std::ranges::sort(found);
  EXPECT_THAT(found, ElementsAre("flowcef-output-caught-up", "flowcef-output-drops", "flowcef-output-fast"));
}

TEST_F(OutputWatchTest, DropsOfAnotherOutputOfTheNameAreToldFromTheirFirst) {
  output().counts.dropped["queue_full"] = 30;
  run(70);
  output().counts.dropped["queue_full"] = 4;
  run(70);
  ASSERT_THAT(signatures(), ElementsAre("flowcef-output-drops", "flowcef-output-drops"));
  EXPECT_EQ(told_[1].value("cnt"), "4");
}

TEST_F(OutputWatchTest, AFullDiskIsToldWhateverTheSpoolMayHold) {
  output().config.spool.emplace().max_bytes = 1000;
  output().spool_bytes = 100;
  output().spool_trouble = "No space left on device";
  run(5);
  ASSERT_THAT(signatures(), ElementsAre("flowcef-spool-near-full"));
  EXPECT_THAT(told_[0].event.text, HasSubstr("No space left on device"));
  output().spool_trouble.clear();
  output().spool_bytes = 700;
  run(60);
  output().spool_bytes = 850;
  run(5);
  ASSERT_THAT(signatures(), ElementsAre("flowcef-spool-near-full", "flowcef-spool-near-full"));
  EXPECT_THAT(told_[1].event.text, HasSubstr("85 % full"));
}

}  // namespace
}  // namespace flowcef::test
