#include "flowcef/sink/stream_fsm.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "support/sink_support.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using Kind = StreamAction::Kind;
using State = LinkState;

constexpr StreamSettings kSettings = {.connect_timeout = 10s,
                                      .peer_timeout = 60s,
                                      .accepted_after = 2s,
                                      .secure = false,
                                      .replay_acked = std::nullopt,
                                      .replay_max_bytes = 100'000};

/// Lines of 100 bytes with their frames.
class StreamFsmTest : public testing::Test {
 protected:
  explicit StreamFsmTest(StreamSettings settings = kSettings) : fsm_(settings, Backoff(500ms, 30s, 1), window_) {}

  BatchPool pool_;
  SendWindow window_{[](const LineBatch&) {}};
  StreamFsm fsm_;
  StreamFsm::TimePoint now_{1000s};
  std::size_t next_number_ = 0;

  void connect() {
    fsm_.start(now_);
    fsm_.resolved(1, now_);
    fsm_.connected(now_);
  }
  void reconnect() {
    timer_at_deadline();
    fsm_.resolved(1, now_);
    fsm_.connected(now_);
  }
  StreamAction load(std::size_t lines) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < lines; ++i) texts.push_back(test::numbered_line(next_number_++, 99));
    window_.append(test::make_batch(pool_, texts));
    return fsm_.loaded(now_);
  }
  void connect_and_load(std::size_t lines = 3) {
    connect();
    load(lines);
  }
  void write(std::size_t bytes) {
    while (bytes > 0) {
      const std::size_t now = fsm_.to_write(bytes).size();
      ASSERT_GT(now, 0U);
      fsm_.wrote(now);
      bytes -= now;
    }
  }
  StreamAction progress(std::uint64_t acknowledged, std::uint64_t send_window = 0) {
    return fsm_.progress({.wire = acknowledged, .plaintext = acknowledged, .send_window = send_window}, now_);
  }
  StreamAction stall(std::uint64_t acknowledged) {
    return fsm_.progress({.wire = acknowledged, .plaintext = acknowledged, .stalled = true}, now_);
  }
  StreamAction lost(StreamEnd end = StreamEnd::broken) { return fsm_.lost(end, now_); }
  StreamAction timer_at_deadline() {
    now_ = fsm_.deadline().value();
    return fsm_.timer(now_);
  }
  std::string next_line() { return std::string(fsm_.to_write(99)); }
  static std::string line(std::size_t number) { return test::numbered_line(number, 99); }
};

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
    progress(1000, 2000);
    lost();
    reconnect();
  }
  EXPECT_TRUE(fsm_.keeps_connections_short());
  for (int i = 0; i < 100 && fsm_.keeps_connections_short(); ++i) {
    if (window_.unsettled() < 200) load(1000);
    std::size_t written = 0;
    for (; !fsm_.to_write(100).empty(); written += 100) fsm_.wrote(fsm_.to_write(100).size());
    progress(written, 2000);
    ASSERT_TRUE(fsm_.is_closing());
    lost(StreamEnd::orderly);
    fsm_.resolved(1, now_);
    fsm_.connected(now_);
    progress(0, 2000);
  }
  EXPECT_FALSE(fsm_.keeps_connections_short());
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
