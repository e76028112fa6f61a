#include "flowcef/sink/stream_fsm.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using Kind = StreamAction::Kind;
using State = StreamState;

const std::vector<LineRef> kLines = {{0, 99, 100, 0}, {100, 99, 200, 0}, {200, 99, 300, 0}};

class StreamFsmTest : public testing::Test {
 protected:
  static constexpr auto kConnectTimeout = 10s;
  static constexpr auto kWriteTimeout = 60s;

  StreamFsm fsm_{{kConnectTimeout, kWriteTimeout}, Backoff(500ms, 30s, 1), false};
  StreamFsm::TimePoint now_{1000s};

  void open() {
    fsm_.start(now_);
    fsm_.resolved(1, now_);
    fsm_.connected(now_);
  }
  void open_and_load() {
    open();
    fsm_.loaded(FrameCursor(kLines), now_);
  }
  StreamAction timer_at_deadline() {
    now_ = fsm_.deadline().value();
    return fsm_.timer(now_);
  }
};

class SecureStreamFsmTest : public StreamFsmTest {
 protected:
  SecureStreamFsmTest() { fsm_ = {{kConnectTimeout, kWriteTimeout}, Backoff(500ms, 30s, 1), true}; }
};

TEST_F(StreamFsmTest, ResolvesConnectsAndAsksForWork) {
  EXPECT_EQ(fsm_.start(now_), StreamAction{Kind::resolve});
  EXPECT_EQ(fsm_.resolved(2, now_), (StreamAction{Kind::connect, 0}));
  EXPECT_EQ(fsm_.connected(now_), StreamAction{Kind::fetch});
  EXPECT_EQ(fsm_.state(), State::open);
  EXPECT_FALSE(fsm_.deadline());
}

TEST_F(StreamFsmTest, TriesEveryAddressThenWaits) {
  fsm_.start(now_);
  EXPECT_EQ(fsm_.resolved(3, now_), (StreamAction{Kind::connect, 0}));
  EXPECT_EQ(fsm_.connect_failed(now_), (StreamAction{Kind::connect, 1}));
  EXPECT_EQ(timer_at_deadline(), (StreamAction{Kind::connect, 2})) << "a silent address is passed over";
  EXPECT_EQ(fsm_.connect_failed(now_), StreamAction{Kind::disconnect});
  EXPECT_EQ(fsm_.state(), State::waiting);
  EXPECT_EQ(fsm_.deadline(), now_ + fsm_.wait());
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::resolve}) << "names are looked up for every round";
}

TEST_F(StreamFsmTest, LookUpThatFailsOrHangsIsTriedAgain) {
  fsm_.start(now_);
  EXPECT_EQ(fsm_.resolved(0, now_), StreamAction{Kind::disconnect});
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::resolve});
  EXPECT_EQ(fsm_.deadline(), now_ + kConnectTimeout);
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::disconnect});
  EXPECT_EQ(fsm_.resolved(1, now_), StreamAction{}) << "too late";
}

TEST_F(StreamFsmTest, WaitsGrowWhileNothingSettles) {
  open();
  std::chrono::milliseconds longest = 0ms;
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(fsm_.lost(now_), StreamAction{Kind::disconnect});
    longest = std::max(longest, fsm_.wait());
    timer_at_deadline();
    fsm_.resolved(1, now_);
    fsm_.connected(now_);
  }
  EXPECT_GT(longest, 10s);
  now_ += StreamFsm::kSettledAfter;
  fsm_.lost(now_);
  EXPECT_LE(fsm_.wait(), 1s) << "a connection that lasted makes waits short again";
}

TEST_F(StreamFsmTest, GoesOnWithPartialWritesUntilTheBatchIsOut) {
  open();
  EXPECT_EQ(fsm_.loaded(FrameCursor(kLines), now_), StreamAction{Kind::write});
  EXPECT_EQ(fsm_.wrote(150, now_), StreamAction{Kind::write});
  EXPECT_EQ(fsm_.completed().lines, 1U);
  EXPECT_EQ(fsm_.completed().bytes, 100U);
  EXPECT_EQ(fsm_.cursor().position(), 150U);
  EXPECT_EQ(fsm_.wrote(0, now_), StreamAction{Kind::write});
  EXPECT_EQ(fsm_.completed().lines, 0U);
  EXPECT_EQ(fsm_.wrote(150, now_), StreamAction{Kind::fetch});
  EXPECT_EQ(fsm_.completed().lines, 2U);
  EXPECT_FALSE(fsm_.deadline());
}

TEST_F(StreamFsmTest, LetsGoOfABatchThatIsOut) {
  open();
  {
    const std::vector<LineRef> lines = kLines;
    fsm_.loaded(FrameCursor(lines), now_);
    fsm_.wrote(300, now_);
  }
  EXPECT_EQ(fsm_.lost(now_), StreamAction{Kind::disconnect});
  EXPECT_EQ(fsm_.cursor().position(), 0U);
}

TEST_F(StreamFsmTest, AfterALossBeginsWithTheCutLineWhole) {
  open_and_load();
  fsm_.wrote(150, now_);
  EXPECT_EQ(fsm_.lost(now_), StreamAction{Kind::disconnect});
  timer_at_deadline();
  fsm_.resolved(1, now_);
  EXPECT_EQ(fsm_.connected(now_), StreamAction{Kind::write});
  EXPECT_EQ(fsm_.cursor().position(), 100U);
  EXPECT_EQ(fsm_.wrote(200, now_), StreamAction{Kind::fetch});
  EXPECT_EQ(fsm_.completed().lines, 2U);
}

TEST_F(StreamFsmTest, WriteWithoutProgressEndsTheConnection) {
  open_and_load();
  now_ += kWriteTimeout - 1ms;
  EXPECT_EQ(fsm_.timer(now_), StreamAction{});
  fsm_.wrote(1, now_);
  EXPECT_EQ(fsm_.deadline(), now_ + kWriteTimeout);
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::disconnect});
  EXPECT_EQ(fsm_.cursor().position(), 0U);
}

TEST_F(StreamFsmTest, IdleConnectionIsKeptForEver) {
  open();
  EXPECT_EQ(fsm_.timer(now_ + 24h), StreamAction{});
  EXPECT_EQ(fsm_.state(), State::open);
}

TEST_F(SecureStreamFsmTest, HandshakeComesBeforeLinesAndHasATimeout) {
  fsm_.start(now_);
  fsm_.resolved(1, now_);
  EXPECT_EQ(fsm_.connected(now_), StreamAction{Kind::secure});
  EXPECT_EQ(fsm_.deadline(), now_ + kConnectTimeout);
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::disconnect});
  timer_at_deadline();
  fsm_.resolved(1, now_);
  fsm_.connected(now_);
  EXPECT_EQ(fsm_.secured(now_), StreamAction{Kind::fetch});
  EXPECT_EQ(fsm_.state(), State::open);
}

TEST_F(SecureStreamFsmTest, PeerThatEndsTheHandshakeIsWaitedFor) {
  fsm_.start(now_);
  fsm_.resolved(1, now_);
  fsm_.connected(now_);
  EXPECT_EQ(fsm_.lost(now_), StreamAction{Kind::disconnect});
  EXPECT_EQ(fsm_.state(), State::waiting);
}

TEST_F(StreamFsmTest, StopSendsWhatIsLeftThenClosesInOrder) {
  open_and_load();
  EXPECT_EQ(fsm_.stop(now_ + 30s, now_), StreamAction{});
  EXPECT_EQ(fsm_.wrote(300, now_), StreamAction{Kind::fetch});
  EXPECT_EQ(fsm_.drained(now_), StreamAction{Kind::close});
  EXPECT_EQ(fsm_.deadline(), now_ + StreamFsm::kCloseWait);
  EXPECT_EQ(fsm_.drained(now_), StreamAction{});
  EXPECT_EQ(fsm_.lost(now_), StreamAction{Kind::finish}) << "the peer's end of an orderly close";
  EXPECT_FALSE(fsm_.deadline());
}

TEST_F(StreamFsmTest, PeerThatKeepsItsEndOpenIsNotWaitedForLong) {
  open();
  fsm_.stop(now_ + 30s, now_);
  fsm_.drained(now_);
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::finish});
}

TEST_F(StreamFsmTest, StopDeadlineEndsAWriteThatHangs) {
  open_and_load();
  fsm_.stop(now_ + 2s, now_);
  EXPECT_EQ(fsm_.deadline(), now_ + 2s);
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::finish});
  EXPECT_EQ(fsm_.cursor().lines_left(), 3U);
}

TEST_F(StreamFsmTest, StopWithLinesInHandStillReconnects) {
  open_and_load();
  fsm_.stop(now_ + 30s, now_);
  fsm_.lost(now_);
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::resolve});
  fsm_.resolved(1, now_);
  EXPECT_EQ(fsm_.connected(now_), StreamAction{Kind::write});
}

TEST_F(StreamFsmTest, StopAtAPastDeadlineEndsAtOnce) {
  open_and_load();
  EXPECT_EQ(fsm_.stop(now_, now_), StreamAction{Kind::finish});
  EXPECT_EQ(fsm_.state(), State::finished);
}

TEST_F(StreamFsmTest, LeavingSendsWhatIsInHandThenClosesInOrder) {
  open_and_load();
  EXPECT_EQ(fsm_.leave(now_ + 200ms, now_), StreamAction{});
  EXPECT_EQ(fsm_.deadline(), now_ + 200ms);
  EXPECT_EQ(fsm_.wrote(300, now_), StreamAction{Kind::fetch});
  EXPECT_EQ(fsm_.drained(now_), StreamAction{Kind::close});
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::finish});
}

TEST_F(StreamFsmTest, LeavingKeepsWhatTheConnectionDoesNotTake) {
  open_and_load();
  fsm_.leave(now_ + 200ms, now_);
  fsm_.wrote(150, now_);
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::finish});
  EXPECT_EQ(fsm_.cursor().lines_left(), 2U);
}

TEST_F(StreamFsmTest, LeavingMakesNoOtherAttempt) {
  open_and_load();
  fsm_.leave(now_ + 200ms, now_);
  EXPECT_EQ(fsm_.lost(now_), StreamAction{Kind::finish});
  EXPECT_EQ(fsm_.cursor().lines_left(), 3U);
}

TEST_F(StreamFsmTest, LeavingWithoutAConnectionEndsAtOnce) {
  open_and_load();
  fsm_.lost(now_);
  EXPECT_EQ(fsm_.leave(now_ + 200ms, now_), StreamAction{Kind::finish});
  EXPECT_EQ(fsm_.state(), State::finished);
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

TEST_F(StreamFsmTest, EventsOfAnotherStateChangeNothing) {
  open();
  EXPECT_EQ(fsm_.resolved(1, now_), StreamAction{});
  EXPECT_EQ(fsm_.connected(now_), StreamAction{});
  EXPECT_EQ(fsm_.connect_failed(now_), StreamAction{});
  EXPECT_EQ(fsm_.secured(now_), StreamAction{});
  EXPECT_EQ(fsm_.state(), State::open);
  fsm_.lost(now_);
  EXPECT_EQ(fsm_.lost(now_), StreamAction{});
  EXPECT_EQ(fsm_.wrote(10, now_), StreamAction{});
  EXPECT_EQ(fsm_.state(), State::waiting);
  fsm_.stop(now_, now_);
  EXPECT_EQ(fsm_.timer(now_ + 24h), StreamAction{});
  EXPECT_EQ(fsm_.state(), State::finished);
}

}  // namespace
}  // namespace flowcef
