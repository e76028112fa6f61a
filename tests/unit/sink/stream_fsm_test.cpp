#include "flowcef/sink/stream_fsm.hpp"

#include <gtest/gtest.h>

#include "stream_fsm_fixture.hpp"

namespace flowcef {
namespace {

using Kind = StreamAction::Kind;
using State = LinkState;

TEST_F(StreamFsmTest, ResolvesConnectsAndAsksForWork) {
  EXPECT_EQ(fsm_.start(now_), StreamAction{Kind::resolve});
  EXPECT_EQ(fsm_.resolved(2, now_), (StreamAction{Kind::connect, 0}));
  EXPECT_EQ(fsm_.connected(now_), StreamAction{Kind::fetch});
  EXPECT_EQ(fsm_.state(), State::open);
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
  EXPECT_EQ(fsm_.deadline(), now_ + kSettings.connect_timeout);
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::disconnect});
  EXPECT_EQ(fsm_.resolved(1, now_), StreamAction{}) << "too late";
}

TEST_F(StreamFsmTest, WaitsGrowWhileNothingSettles) {
  connect();
  std::chrono::milliseconds longest = 0ms;
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(lost(), StreamAction{Kind::disconnect});
    longest = std::max(longest, fsm_.wait());
    reconnect();
  }
  EXPECT_GT(longest, 10s);
  now_ += StreamFsm::kSettledAfter;
  lost();
  EXPECT_LE(fsm_.wait(), 1s) << "a connection that lasted makes waits short again";
}

// PX-12
TEST_F(StreamFsmTest, LinesAreDeliveredWhenAcknowledgedAndNotWhenWritten) {
  connect();
  EXPECT_EQ(load(3), StreamAction{Kind::write});
  write(300);
  EXPECT_EQ(progress(0), StreamAction{Kind::fetch}) << "the next batch need not wait";
  EXPECT_EQ(fsm_.take_settled().lines, 0U);
  progress(250);
  EXPECT_EQ(fsm_.take_settled().lines, 2U);
  progress(300);
  const SendWindow::Lines last = fsm_.take_settled();
  EXPECT_EQ(last.lines, 1U);
  EXPECT_EQ(last.bytes, 100U);
  EXPECT_EQ(fsm_.take_settled().lines, 0U) << "told once";
}

TEST_F(StreamFsmTest, LooksWhileSomethingIsNotAcknowledgedAndThenNoMore) {
  connect_and_load();
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::look});
  EXPECT_EQ(progress(0), StreamAction{Kind::write});
  auto before = 0ms;
  for (int i = 0; i < 10; ++i) {
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(*fsm_.deadline() - now_);
    EXPECT_GE(wait, before) << "less and less often";
    EXPECT_LE(wait, StreamFsm::kLookMax);
    before = wait;
    EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::look});
    progress(0);
  }
  write(300);
  progress(100);
  EXPECT_EQ(*fsm_.deadline() - now_, StreamFsm::kLookMin) << "something moves";
  progress(300);
  EXPECT_FALSE(fsm_.deadline()) << "an idle connection is left alone";
}

// PX-12
TEST_F(StreamFsmTest, AfterALossUnacknowledgedLinesGoAgainBehindThoseThatMayBeUnread) {
  connect_and_load(10);
  write(1000);
  progress(400, 200);
  progress(600, 0);
  EXPECT_EQ(lost(), StreamAction{Kind::disconnect});
  EXPECT_EQ(fsm_.take_settled().lines, 6U);
  reconnect();
  EXPECT_EQ(next_line(), line(0)) << "the window was 600 wide: 400 and 200";
  write(1000);
  EXPECT_EQ(fsm_.take_repeated(), 10U);
  progress(900, 50);
  EXPECT_EQ(fsm_.take_settled().lines, 3U) << "the others were delivered before";
}

TEST_F(StreamFsmTest, KeepsTwiceAsMuchAsTheLargestWindowEverWas) {
  connect_and_load(50);
  progress(0, 500);
  for (std::uint64_t acknowledged = 100; acknowledged <= 4000; acknowledged += 100) {
    write(100);
    progress(acknowledged, 400);
  }
  EXPECT_EQ(window_.passed(), 3000U);
  lost();
  reconnect();
  EXPECT_EQ(next_line(), line(30));
}

/// Bytes before a connection's first acknowledged line that go again.
struct ReplayCase {
  const char* name;
  std::optional<std::size_t> replay_acked;
  std::size_t replay_max_bytes;
  std::size_t first_line;  ///< of the next connection
  bool capped;
};

class StreamFsmReplay : public StreamFsmTest, public testing::WithParamInterface<ReplayCase> {
 protected:
  static StreamSettings settings() {
    StreamSettings settings = kSettings;
    settings.replay_acked = GetParam().replay_acked;
    settings.replay_max_bytes = GetParam().replay_max_bytes;
    return settings;
  }
  StreamFsmReplay() : StreamFsmTest(settings()) {}
};

TEST_P(StreamFsmReplay, GoesByItsSettings) {
  connect_and_load(50);
  progress(0, 1000);
  write(4050);
  for (std::uint64_t acknowledged = 500; acknowledged <= 4000; acknowledged += 500) progress(acknowledged, 500);
  EXPECT_EQ(fsm_.replay_is_capped(), GetParam().capped);
  lost();
  EXPECT_EQ(fsm_.take_settled().lines, 40U);
  reconnect();
  EXPECT_EQ(next_line(), line(GetParam().first_line));
}

INSTANTIATE_TEST_SUITE_P(Settings, StreamFsmReplay,
                         testing::Values(ReplayCase{"Auto", std::nullopt, 100'000, 20, false},
                                         ReplayCase{"AutoCapped", std::nullopt, 300, 37, true},
                                         ReplayCase{"None", 0, 100'000, 40, false},
                                         ReplayCase{"InsideALine", 150, 100'000, 38, false},
                                         ReplayCase{"MoreThanTheCap", 2000, 300, 20, false}),
                         [](const auto& param) { return param.param.name; });

TEST_F(StreamFsmTest, CutLineGoesAgainWhole) {
  connect_and_load(3);
  write(150);
  progress(150);
  lost();
  EXPECT_EQ(fsm_.take_settled().lines, 1U);
  reconnect();
  EXPECT_EQ(next_line(), line(0));
  write(300);
  EXPECT_EQ(fsm_.take_repeated(), 1U) << "what was cut was not out";
}

TEST_F(StreamFsmTest, PeerThatAcknowledgesNothingIsGivenUp) {
  connect_and_load();
  write(300);
  progress(0);
  now_ += kSettings.peer_timeout - 1ms;
  EXPECT_EQ(progress(0), StreamAction{Kind::fetch});
  progress(100);
  now_ += kSettings.peer_timeout - 1ms;
  EXPECT_EQ(progress(100), StreamAction{Kind::fetch});
  now_ += 1ms;
  EXPECT_EQ(progress(100), StreamAction{Kind::disconnect});
  EXPECT_EQ(fsm_.state(), State::waiting);
}

TEST_F(StreamFsmTest, PeerThatIsAliveWithAFullBufferIsWaitedFor) {
  connect_and_load();
  write(250);
  progress(100);
  for (int i = 0; i < 10; ++i) {
    now_ += kSettings.peer_timeout / 2;
    EXPECT_EQ(stall(100), StreamAction{Kind::write});
    EXPECT_EQ(fsm_.state(), State::stalled);
  }
  now_ += kSettings.peer_timeout / 2;
  EXPECT_EQ(progress(250), StreamAction{Kind::write});
  EXPECT_EQ(fsm_.state(), State::open);
  EXPECT_EQ(progress(250), StreamAction{Kind::write});
  now_ += kSettings.peer_timeout;
  EXPECT_EQ(progress(250), StreamAction{Kind::disconnect}) << "it takes nothing and says nothing";
}

TEST_F(StreamFsmTest, IdleConnectionIsKeptForEver) {
  connect();
  progress(0, 1000);
  EXPECT_FALSE(fsm_.deadline());
  EXPECT_EQ(fsm_.timer(now_ + 24h), StreamAction{});
  EXPECT_EQ(fsm_.state(), State::open);
}

class SecureStreamFsmTest : public StreamFsmTest {
 protected:
  static StreamSettings settings() {
    StreamSettings settings = kSettings;
    settings.secure = true;
    return settings;
  }
  SecureStreamFsmTest() : StreamFsmTest(settings()) {}

  void secure() {
    connect();
    fsm_.secured(now_);
  }
  StreamAction progress_unaccepted(std::uint64_t acknowledged) {
    return fsm_.progress({.wire = 500 + acknowledged, .plaintext = acknowledged, .accepted = false}, now_);
  }
};

TEST_F(SecureStreamFsmTest, HandshakeComesBeforeLinesAndHasATimeout) {
  fsm_.start(now_);
  fsm_.resolved(1, now_);
  EXPECT_EQ(fsm_.connected(now_), StreamAction{Kind::secure});
  EXPECT_EQ(fsm_.deadline(), now_ + kSettings.connect_timeout);
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::disconnect});
  reconnect();
  EXPECT_EQ(fsm_.secured(now_), StreamAction{Kind::fetch});
  EXPECT_EQ(fsm_.state(), State::open);
}

TEST_F(SecureStreamFsmTest, PeerThatEndsTheHandshakeIsWaitedFor) {
  connect();
  EXPECT_EQ(lost(), StreamAction{Kind::disconnect});
  EXPECT_EQ(fsm_.state(), State::waiting);
}

// PX-12
TEST_F(SecureStreamFsmTest, NothingIsDeliveredBeforeThePeerHasAcceptedTheConnection) {
  secure();
  load(10);
  write(1000);
  progress_unaccepted(1000);
  now_ += kSettings.accepted_after - 1ms;
  progress_unaccepted(1000);
  EXPECT_EQ(fsm_.take_settled().lines, 0U);
  EXPECT_EQ(lost(), StreamAction{Kind::disconnect}) << "an alert: our certificate was refused";
  reconnect();
  fsm_.secured(now_);
  EXPECT_EQ(next_line(), line(0)) << "all of it goes again";
  write(1000);
  progress(1500, 0);
  EXPECT_EQ(fsm_.take_settled().lines, 10U);
}

TEST_F(SecureStreamFsmTest, PeerThatSaysNothingHasAcceptedAfterAWhile) {
  secure();
  load(3);
  write(300);
  progress_unaccepted(300);
  EXPECT_TRUE(fsm_.deadline()) << "it is looked at again though all is acknowledged";
  now_ += kSettings.accepted_after;
  progress_unaccepted(300);
  EXPECT_EQ(fsm_.take_settled().lines, 3U);
  EXPECT_FALSE(fsm_.deadline());
}

TEST_F(SecureStreamFsmTest, WaitsStayLongWhileThePeerDoesNotAccept) {
  StreamSettings slow = settings();
  slow.accepted_after = 1h;
  StreamFsm fsm(slow, Backoff(500ms, 30s, 1), window_);
  std::chrono::milliseconds longest = 0ms;
  for (int i = 0; i < 10; ++i) {
    fsm.start(now_);
    fsm.resolved(1, now_);
    fsm.connected(now_);
    fsm.secured(now_);
    now_ += StreamFsm::kSettledAfter;
    fsm.lost(StreamEnd::broken, now_);
    longest = std::max(longest, fsm.wait());
  }
  EXPECT_GT(longest, 10s);
}

TEST_F(SecureStreamFsmTest, LittleIsWrittenBeforeThePeerAccepts) {
  secure();
  const std::size_t lines = StreamFsm::kBeforeAccepted / 100 + 100;
  load(lines);
  write(StreamFsm::kBeforeAccepted);
  EXPECT_TRUE(fsm_.to_write(100).empty());
  EXPECT_EQ(progress_unaccepted(0), StreamAction{});
  EXPECT_EQ(progress(600, 0), StreamAction{Kind::write});
}

TEST_F(StreamFsmTest, EventsOfAnotherStateChangeNothing) {
  connect();
  EXPECT_EQ(fsm_.resolved(1, now_), StreamAction{});
  EXPECT_EQ(fsm_.connected(now_), StreamAction{});
  EXPECT_EQ(fsm_.connect_failed(now_), StreamAction{});
  EXPECT_EQ(fsm_.secured(now_), StreamAction{});
  EXPECT_EQ(fsm_.state(), State::open);
  lost();
  EXPECT_EQ(lost(), StreamAction{});
  EXPECT_EQ(progress(10), StreamAction{});
  EXPECT_EQ(load(1), StreamAction{});
  EXPECT_TRUE(fsm_.to_write(100).empty());
  EXPECT_EQ(fsm_.state(), State::waiting);
  fsm_.stop(now_, now_);
  EXPECT_EQ(fsm_.timer(now_ + 24h), StreamAction{});
  EXPECT_EQ(fsm_.state(), State::closed);
}

}  // namespace
}  // namespace flowcef
