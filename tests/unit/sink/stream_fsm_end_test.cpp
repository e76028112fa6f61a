// How connections end: broken off again and again, by a stop, for another driver.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "stream_fsm_fixture.hpp"

namespace flowcef {
namespace {

using Kind = StreamAction::Kind;
using State = LinkState;

// PX-12: a receiver that reads five lines of a connection and then resets it, with unread bytes in its socket.
TEST_F(StreamFsmTest, ReceiverThatNeverReadsAllItAcknowledgesGetsShortConnections) {
  connect_and_load(200);
  std::set<std::string> read;
  int connections = 0;
  for (; read.size() < 200 && connections < 500; ++connections) {
    std::vector<std::string> lines;
    while (lines.size() < 40 && !fsm_.to_write(100).empty()) {
      lines.push_back(next_line());
      write(100);
      progress(100 * lines.size(), 4000);
    }
    const bool bears_with_it = lines.size() <= 5;
    if (!bears_with_it) lines.resize(5);
    read.insert(lines.begin(), lines.end());
    if (bears_with_it && fsm_.is_closing()) {
      EXPECT_EQ(lost(StreamEnd::orderly), StreamAction{Kind::resolve}) << "the next connection follows at once";
      fsm_.resolved(1, now_);
      fsm_.connected(now_);
    } else {
      lost();
      reconnect();
    }
  }
  EXPECT_EQ(read.size(), 200U);
  EXPECT_LT(connections, 150);
  EXPECT_TRUE(fsm_.keeps_connections_short());
}

TEST_F(StreamFsmTest, ShortConnectionsGrowLongAgain) {
  connect_and_load(1000);
  for (int i = 0; i < 2; ++i) {
    write(1000);
    progress(1000, 1000);
    lost();
    reconnect();
  }
  EXPECT_TRUE(fsm_.keeps_connections_short());
  for (int i = 0; i < 100 && fsm_.keeps_connections_short(); ++i) {
    if (window_.unsettled() < 200) load(1000);
    for (std::size_t written = 100; !fsm_.to_write(100).empty(); written += 100) {
      fsm_.wrote(fsm_.to_write(100).size());
      progress(written, 1000);
    }
    ASSERT_TRUE(fsm_.is_closing());
    lost(StreamEnd::orderly);
    fsm_.resolved(1, now_);
    fsm_.connected(now_);
    progress(0, 1000);
  }
  EXPECT_FALSE(fsm_.keeps_connections_short());
}

TEST_F(StreamFsmTest, ShortConnectionsGoOnAfterStopUntilNothingIsLeft) {
  connect_and_load(100);
  fsm_.drained(now_);
  for (int i = 0; i < 2; ++i) {
    write(1000);
    progress(1000, 2000);
    lost();
    reconnect();
  }
  for (int i = 0; i < 100 && fsm_.state() != LinkState::closed; ++i) {
    std::size_t written = 0;
    for (; !fsm_.to_write(100).empty(); written += 100) fsm_.wrote(fsm_.to_write(100).size());
    progress(written, 2000);
    lost(StreamEnd::orderly);
    fsm_.resolved(1, now_);
    fsm_.connected(now_);
  }
  EXPECT_EQ(fsm_.state(), LinkState::closed);
  EXPECT_EQ(fsm_.take_settled().lines, 100U);
  EXPECT_EQ(window_.unsettled(), 0U);
}

TEST_F(StreamFsmTest, StopSendsWhatIsLeftThenClosesInOrder) {
  connect_and_load();
  write(300);
  EXPECT_EQ(progress(0), StreamAction{Kind::fetch});
  EXPECT_EQ(fsm_.stop(now_ + 30s, now_), StreamAction{});
  EXPECT_EQ(fsm_.drained(now_), StreamAction{}) << "acknowledgements are waited for";
  EXPECT_EQ(progress(200), StreamAction{});
  EXPECT_EQ(progress(300), StreamAction{Kind::close});
  EXPECT_EQ(fsm_.drained(now_), StreamAction{});
  EXPECT_EQ(lost(StreamEnd::orderly), StreamAction{Kind::finish}) << "the peer's end of an orderly close";
  EXPECT_FALSE(fsm_.deadline());
}

TEST_F(StreamFsmTest, PeerThatKeepsItsEndOpenIsNotWaitedForLong) {
  connect();
  fsm_.stop(now_ + 30s, now_);
  EXPECT_EQ(fsm_.drained(now_), StreamAction{Kind::close});
  EXPECT_EQ(fsm_.deadline(), now_ + StreamFsm::kCloseWait);
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::finish});
}

// PX-12
TEST_F(StreamFsmTest, ReceiverThatDiesAtTheFarewellGetsUnreadLinesOnceMore) {
  connect_and_load(10);
  write(1000);
  fsm_.stop(now_ + 30s, now_);
  progress(1000, 500);
  EXPECT_EQ(fsm_.drained(now_), StreamAction{Kind::close});
  EXPECT_EQ(lost(), StreamAction{Kind::disconnect});
  EXPECT_EQ(fsm_.drained(now_), StreamAction{}) << "there is something to be sent again";
  reconnect();
  EXPECT_EQ(next_line(), line(0));
  write(1000);
  EXPECT_EQ(progress(1000, 500), StreamAction{Kind::close});
  EXPECT_EQ(lost(), StreamAction{Kind::finish}) << "a receiver that always resets";
}

TEST_F(StreamFsmTest, StopDeadlineEndsAWriteThatHangs) {
  connect_and_load();
  fsm_.stop(now_ + 2s, now_);
  now_ += 2s;
  EXPECT_EQ(fsm_.timer(now_), StreamAction{Kind::finish});
  EXPECT_EQ(window_.unsettled(), 3U);
}

TEST_F(StreamFsmTest, StopWithLinesInHandStillReconnects) {
  connect_and_load();
  fsm_.stop(now_ + 30s, now_);
  lost();
  EXPECT_EQ(fsm_.drained(now_), StreamAction{});
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::resolve});
  fsm_.resolved(1, now_);
  EXPECT_EQ(fsm_.connected(now_), StreamAction{Kind::write});
}

TEST_F(StreamFsmTest, StopAtAPastDeadlineEndsAtOnce) {
  connect_and_load();
  EXPECT_EQ(fsm_.stop(now_, now_), StreamAction{Kind::finish});
  EXPECT_EQ(fsm_.state(), State::closed);
}

TEST_F(StreamFsmTest, LeavingSendsWhatIsInHandThenClosesInOrder) {
  connect_and_load();
  progress(0);
  EXPECT_EQ(fsm_.leave(now_ + 200ms, now_), StreamAction{});
  write(300);
  progress(300);
  EXPECT_EQ(fsm_.drained(now_), StreamAction{Kind::close});
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::finish});
  EXPECT_EQ(window_.unsettled(), 0U);
}

TEST_F(StreamFsmTest, LeavingKeepsWhatTheConnectionDoesNotTake) {
  connect_and_load();
  fsm_.leave(now_ + 200ms, now_);
  write(150);
  progress(150);
  now_ += 200ms;
  EXPECT_EQ(fsm_.timer(now_), StreamAction{Kind::finish});
  EXPECT_EQ(window_.unsettled(), 2U);
}

TEST_F(StreamFsmTest, LeavingMakesNoOtherAttempt) {
  connect_and_load();
  fsm_.leave(now_ + 200ms, now_);
  EXPECT_EQ(lost(), StreamAction{Kind::finish});
  EXPECT_EQ(window_.unsettled(), 3U);
}

TEST_F(StreamFsmTest, LeavingWithoutAConnectionEndsAtOnce) {
  connect_and_load();
  lost();
  EXPECT_EQ(fsm_.leave(now_ + 200ms, now_), StreamAction{Kind::finish});
  EXPECT_EQ(fsm_.state(), State::closed);
}

// PX-12: a stop while a short connection is being closed, however that ends.
class StreamFsmShortStop : public StreamFsmTest {
 protected:
  void SetUp() override {
    connect_and_load(40);
    for (int i = 0; i < ShortConnections::kFruitless; ++i) {
      write(1000);
      progress(1000, 2000);
      lost();
      reconnect();
    }
    write(500);
    EXPECT_EQ(progress(500, 2000), StreamAction{Kind::close});
  }
};

TEST_F(StreamFsmShortStop, LinesThatWereToFollowGoOutOnTheNextOne) {
  fsm_.stop(now_ + 300s, now_);
  EXPECT_EQ(fsm_.drained(now_), StreamAction{});
  EXPECT_EQ(lost(StreamEnd::orderly), StreamAction{Kind::resolve});
  fsm_.resolved(1, now_);
  EXPECT_EQ(fsm_.connected(now_), StreamAction{Kind::write});
  EXPECT_EQ(next_line(), line(5));
}

TEST_F(StreamFsmShortStop, PeerThatKeepsItsEndOpenIsTriedAgain) {
  fsm_.stop(now_ + 300s, now_);
  fsm_.drained(now_);
  now_ += kSettings.peer_timeout;
  EXPECT_EQ(fsm_.timer(now_), StreamAction{Kind::disconnect});
  EXPECT_EQ(fsm_.drained(now_), StreamAction{});
}

TEST_F(StreamFsmShortStop, LeavingMakesNoOtherAttempt) {
  fsm_.leave(now_ + 200ms, now_);
  EXPECT_EQ(lost(StreamEnd::orderly), StreamAction{Kind::finish});
  EXPECT_EQ(window_.unsettled(), 30U);
}

// PX-12, PX-15: the next machine is stopped before it has a connection.
TEST_F(StreamFsmTest, LinesThatTheOneBeforeHadWrittenAreStillToBeSent) {
  connect_and_load();
  fsm_.leave(now_ + 200ms, now_);
  write(300);
  now_ += 200ms;
  EXPECT_EQ(fsm_.timer(now_), StreamAction{Kind::finish});
  StreamFsm next(kSettings, Backoff(500ms, 30s, 1), window_);
  next.start(now_);
  next.stop(now_ + 30s, now_);
  EXPECT_EQ(next.drained(now_), StreamAction{});
  next.resolved(1, now_);
  EXPECT_EQ(next.connected(now_), StreamAction{Kind::write});
}

struct DrainCase {
  const char* name;
  int events;  ///< of start, resolved, connect_failed
};

class StreamFsmDrain : public StreamFsmTest, public testing::WithParamInterface<DrainCase> {};

TEST_P(StreamFsmDrain, WithoutAConnectionThereIsNothingToClose) {
  if (GetParam().events > 0) fsm_.start(now_);
  if (GetParam().events > 1) fsm_.resolved(1, now_);
  if (GetParam().events > 2) fsm_.connect_failed(now_);
  fsm_.stop(now_ + 30s, now_);
  EXPECT_EQ(fsm_.drained(now_), StreamAction{Kind::finish});
}

INSTANTIATE_TEST_SUITE_P(States, StreamFsmDrain,
                         testing::Values(DrainCase{"Idle", 0}, DrainCase{"Resolving", 1}, DrainCase{"Connecting", 2},
                                         DrainCase{"Waiting", 3}),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace flowcef
