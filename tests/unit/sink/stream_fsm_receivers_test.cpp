// Which of several receivers is tried, and when the first gets the lines back.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "stream_fsm_fixture.hpp"

namespace flowcef {
namespace {

using Kind = StreamAction::Kind;
using State = LinkState;

/// What becomes of one attempt after the other, and whom they are for.
struct OrderCase {
  const char* name;
  std::size_t receivers;
  /// n: no such name, r: refused, t: silent, b: breaks at once, L: breaks after a while, F: ends in order after a while,
  /// d: its machine dies after a while, s: takes nothing after a while
  const char* attempts;
  const char* order;  ///< by number; `|` is a wait
};

class StreamFsmOrder : public StreamFsmTest, public testing::WithParamInterface<OrderCase> {
 protected:
  StreamFsmOrder() : StreamFsmTest(several(GetParam().receivers)) {}

  void attempt(char outcome) {
    if (outcome == 'n') {
      fsm_.resolved(0, now_);
      return;
    }
    fsm_.resolved(1, now_);
    if (outcome == 'r') fsm_.connect_failed(now_);
    if (outcome == 't') timer_at_deadline();
    if (outcome == 'r' || outcome == 't') return;
    fsm_.connected(now_);
    if (outcome == 's' || outcome == 'd') {
      if (window_.all_written()) load(1);
      now_ += kSettings.peer_timeout;
      outcome == 's' ? stall(0) : progress(0);
      return;
    }
    if (outcome != 'b') now_ += StreamFsm::kSettledAfter;
    lost(outcome == 'F' ? StreamEnd::orderly : StreamEnd::broken);
  }
};

// PX-12
TEST_P(StreamFsmOrder, IsThatOfTheListAsLongAsNobodyTakesTheLines) {
  std::string order;
  StreamAction action = fsm_.start(now_);
  for (const char* outcome = GetParam().attempts;; ++outcome) {
    ASSERT_EQ(action, StreamAction{Kind::resolve});
    order += static_cast<char>('0' + fsm_.receiver());
    if (*outcome == '\0') break;
    attempt(*outcome);
    ASSERT_EQ(fsm_.state(), State::waiting) << "after " << order;
    if (fsm_.wait() > 0ms) order += '|';
    EXPECT_EQ(fsm_.deadline(), now_ + fsm_.wait());
    action = timer_at_deadline();
  }
  EXPECT_EQ(order, GetParam().order);
}

INSTANTIATE_TEST_SUITE_P(
    Lists, StreamFsmOrder,
    testing::Values(OrderCase{"AllRefuse", 3, "rrrrrr", "012|012|0"}, OrderCase{"NamesAreUnknown", 3, "nnnn", "012|01"},
                    OrderCase{"AllAreSilent", 3, "tttt", "012|01"}, OrderCase{"FirstRestarts", 3, "L", "00"},
                    OrderCase{"FirstIsShutDown", 3, "F", "00"}, OrderCase{"FirstDies", 3, "Lr", "001"},
                    OrderCase{"FirstFlaps", 3, "bLb", "0101"}, OrderCase{"SecondDies", 3, "rLr", "0101"},
                    OrderCase{"ThirdDies", 3, "rrLrr", "012012"}, OrderCase{"AllFlap", 3, "bbbb", "012|01"},
                    OrderCase{"LastAliveFlaps", 2, "rbrb", "01|01|0"}, OrderCase{"FirstStalls", 3, "s", "01"},
                    OrderCase{"AllStall", 3, "sss", "012|0"}, OrderCase{"FirstLosesItsPower", 3, "d", "01"},
                    OrderCase{"OneAlone", 1, "rLbFnd", "0|0|0|0|0|0|0"}),
    [](const auto& param) { return param.param.name; });

class StreamFsmReceivers : public StreamFsmTest {
 protected:
  StreamFsmReceivers() : StreamFsmTest(several(3)) {}

  /// The first refuses, the second takes the lines.
  void fail_over() {
    connect();
    lost();
    reconnect();
    ASSERT_EQ(fsm_.receiver(), 1U);
    progress(0);
  }
  StreamAction probe(bool reachable) {
    EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::probe});
    return fsm_.probed(reachable, now_);
  }
  /// Returns: what followed when the first was found back after its hold time.
  StreamAction find_first_back() {
    StreamAction action;
    for (int i = 0; i < 11 && action.kind == Kind::none; ++i) action = probe(true);
    return action;
  }
};

// PX-12
TEST_F(StreamFsmReceivers, NextOneGetsAllThatTheOneBeforeMayNotHaveRead) {
  connect_and_load(10);
  write(1000);
  progress(600, 100);
  EXPECT_EQ(lost(), StreamAction{Kind::disconnect});
  EXPECT_EQ(fsm_.wait(), 0ms);
  reconnect();
  EXPECT_EQ(fsm_.receiver(), 1U);
  EXPECT_EQ(next_line(), line(0)) << "the first had a window of 700";
}

TEST_F(StreamFsmReceivers, WaitsBetweenRoundsGrowAndAConnectionThatLastsMakesThemShortAgain) {
  std::chrono::milliseconds longest = 0ms;
  fsm_.start(now_);
  for (int i = 0; i < 30; ++i) {
    fsm_.resolved(0, now_);
    longest = std::max(longest, fsm_.wait());
    timer_at_deadline();
  }
  EXPECT_GT(longest, 10s);
  fsm_.resolved(1, now_);
  fsm_.connected(now_);
  now_ += StreamFsm::kSettledAfter;
  lost();
  for (int i = 0; i < 3; ++i) {
    timer_at_deadline();
    fsm_.resolved(0, now_);
  }
  EXPECT_GT(fsm_.wait(), 0ms);
  EXPECT_LE(fsm_.wait(), 1s);
}

TEST_F(StreamFsmReceivers, FirstIsProbedOnlyWhileAnotherHasTheLines) {
  connect();
  progress(0);
  EXPECT_FALSE(fsm_.deadline());
  lost();
  reconnect();
  progress(0);
  EXPECT_EQ(fsm_.deadline(), now_ + 6s);
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::probe});
  EXPECT_FALSE(fsm_.deadline()) << "one at a time";
  EXPECT_EQ(fsm_.probed(false, now_), StreamAction{});
  EXPECT_EQ(fsm_.deadline(), now_ + 6s);
  lost();
  EXPECT_EQ(fsm_.probed(true, now_), StreamAction{}) << "of no interest by now";
}

/// Probes, six seconds apart, until the first gets the lines back.
struct HoldCase {
  const char* name;
  const char* probes;  ///< +: reached, -: not
};

class StreamFsmHold : public StreamFsmReceivers, public testing::WithParamInterface<HoldCase> {};

TEST_P(StreamFsmHold, LastsUntilTheFirstCouldBeReachedEachTimeOfIt) {
  fail_over();
  const std::string probes = GetParam().probes;
  for (std::size_t i = 0; i + 1 < probes.size(); ++i) EXPECT_EQ(probe(probes[i] == '+'), StreamAction{}) << i;
  EXPECT_EQ(probe(probes.back() == '+'), StreamAction{Kind::close});
}

INSTANTIATE_TEST_SUITE_P(Probes, StreamFsmHold,
                         testing::Values(HoldCase{"Back", "+++++++++++"}, HoldCase{"BackLater", "---+++++++++++"},
                                         HoldCase{"Flapping", "++++++++++-+++++++++++"}),
                         [](const auto& param) { return param.param.name; });

// PX-12
TEST_F(StreamFsmReceivers, FailbackEndsTheConnectionBehindTheLineThatIsBeingWritten) {
  fail_over();
  for (int i = 0; i < 10; ++i) probe(true);
  load(3);
  write(150);
  progress(150);
  EXPECT_EQ(fsm_.to_write(130).size(), 130U) << "on their way, up to the middle of another line";
  now_ += 6s;
  EXPECT_EQ(fsm_.timer(now_), StreamAction{Kind::look});
  EXPECT_EQ(fsm_.timer(now_), StreamAction{Kind::probe});
  EXPECT_EQ(fsm_.probed(true, now_), StreamAction{Kind::write});
  EXPECT_EQ(load(3), StreamAction{Kind::write});
  EXPECT_EQ(fsm_.to_write(1000).size(), 150U);
  write(130);
  EXPECT_EQ(progress(150), StreamAction{Kind::write});
  write(20);
  EXPECT_EQ(progress(150), StreamAction{Kind::close});
  progress(300);
  EXPECT_EQ(lost(StreamEnd::orderly), StreamAction{Kind::resolve});
  EXPECT_EQ(fsm_.receiver(), 0U);
  fsm_.resolved(1, now_);
  EXPECT_EQ(fsm_.connected(now_), StreamAction{Kind::write});
  EXPECT_EQ(next_line(), line(3)) << "the others were read, or there would have been a reset";
}

TEST_F(StreamFsmReceivers, FailbackAsksForNothingMore) {
  fail_over();
  load(3);
  write(300);
  progress(300);
  EXPECT_EQ(find_first_back(), StreamAction{Kind::close});
  EXPECT_EQ(load(3), StreamAction{});
  EXPECT_TRUE(fsm_.to_write(100).empty());
}

/// How the connection to the second ends that failback has closed.
struct SwitchCase {
  const char* name;
  std::optional<StreamEnd> end;  ///< nothing: it does not
  Kind follows;
  std::size_t first_line;  ///< for the first receiver
};

class StreamFsmSwitch : public StreamFsmReceivers, public testing::WithParamInterface<SwitchCase> {};

// PX-12
TEST_P(StreamFsmSwitch, GivesTheFirstAllThatMayBeUnread) {
  fail_over();
  load(3);
  write(300);
  progress(300, 100);
  EXPECT_EQ(find_first_back(), StreamAction{Kind::close});
  EXPECT_EQ(fsm_.deadline(), now_ + StreamFsm::kSwitchWait);
  StreamAction action = GetParam().end ? lost(*GetParam().end) : timer_at_deadline();
  EXPECT_EQ(action, StreamAction{GetParam().follows});
  if (action.kind == Kind::disconnect) {
    EXPECT_EQ(fsm_.wait(), 0ms);
    EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::resolve});
  }
  EXPECT_EQ(fsm_.receiver(), 0U);
  fsm_.resolved(1, now_);
  fsm_.connected(now_);
  load(1);
  EXPECT_EQ(next_line(), line(GetParam().first_line));
}

TEST_P(StreamFsmSwitch, MakesNoOtherAttemptForADriverThatLeaves) {
  fail_over();
  find_first_back();
  load(2);
  EXPECT_EQ(fsm_.leave(now_ + 200ms, now_), StreamAction{});
  EXPECT_EQ(GetParam().end ? lost(*GetParam().end) : timer_at_deadline(), StreamAction{Kind::finish});
  EXPECT_EQ(window_.unsettled(), 2U) << "for the next driver";
}

INSTANTIATE_TEST_SUITE_P(Ends, StreamFsmSwitch,
                         testing::Values(SwitchCase{"Read", StreamEnd::orderly, Kind::resolve, 3},
                                         SwitchCase{"Reset", StreamEnd::broken, Kind::disconnect, 0},
                                         SwitchCase{"Silent", std::nullopt, Kind::disconnect, 0}),
                         [](const auto& param) { return param.param.name; });

TEST_F(StreamFsmReceivers, FirstThatFailsAfterItsReturnIsFollowedByTheOthers) {
  fail_over();
  find_first_back();
  lost(StreamEnd::orderly);
  fsm_.resolved(1, now_);
  EXPECT_EQ(fsm_.connect_failed(now_), StreamAction{Kind::disconnect});
  EXPECT_EQ(fsm_.wait(), 0ms);
  timer_at_deadline();
  EXPECT_EQ(fsm_.receiver(), 1U);
}

TEST_F(StreamFsmReceivers, StopEndsTheProbesButNotTheAttempts) {
  fail_over();
  load(1);
  fsm_.stop(now_ + 30s, now_);
  write(100);
  progress(100);
  EXPECT_EQ(fsm_.deadline(), now_ + 30s);
  lost();
  EXPECT_EQ(fsm_.drained(now_), StreamAction{}) << "the line may be unread";
  timer_at_deadline();
  EXPECT_EQ(fsm_.receiver(), 2U);
  fsm_.resolved(1, now_);
  EXPECT_EQ(fsm_.connected(now_), StreamAction{Kind::write});
  progress(0);
  EXPECT_EQ(fsm_.timer(*fsm_.deadline()), StreamAction{Kind::look}) << "the first is not looked for";
}

TEST_F(StreamFsmReceivers, StopDuringASwitchGivesTheFirstWhatIsLeft) {
  fail_over();
  find_first_back();
  load(2);
  fsm_.stop(now_ + 30s, now_);
  EXPECT_EQ(fsm_.drained(now_), StreamAction{});
  EXPECT_EQ(lost(StreamEnd::orderly), StreamAction{Kind::resolve});
  fsm_.resolved(1, now_);
  EXPECT_EQ(fsm_.connected(now_), StreamAction{Kind::write});
  EXPECT_EQ(next_line(), line(0));
}

TEST_F(StreamFsmReceivers, StopDuringASwitchWithNothingLeftNeedsNoOther) {
  fail_over();
  find_first_back();
  fsm_.stop(now_ + 30s, now_);
  EXPECT_EQ(fsm_.drained(now_), StreamAction{});
  EXPECT_EQ(lost(StreamEnd::orderly), StreamAction{Kind::finish});
}

TEST_F(StreamFsmReceivers, LeavingBetweenTwoReceiversEndsAtOnce) {
  connect_and_load();
  lost();
  EXPECT_EQ(fsm_.leave(now_ + 200ms, now_), StreamAction{Kind::finish});
  EXPECT_EQ(window_.unsettled(), 3U);
}

// PX-12: of a balanced output, one that loses its receiver gives its lines to the others, and gets some again.
TEST_F(StreamFsmReceivers, LinesCanBeTakenAwayBetweenTwoConnections) {
  connect_and_load(10);
  write(500);
  progress(400, 100);
  EXPECT_EQ(lost(), StreamAction{Kind::disconnect});
  EXPECT_EQ(fsm_.take_settled().lines, 4U);
  std::vector<Parcel> given_back = window_.take_all();
  EXPECT_EQ(timer_at_deadline(), StreamAction{Kind::resolve});
  fsm_.resolved(1, now_);
  EXPECT_EQ(fsm_.connected(now_), StreamAction{Kind::fetch});
  progress(0);
  for (Parcel& parcel : given_back) window_.append(std::move(parcel));
  EXPECT_EQ(fsm_.loaded(now_), StreamAction{Kind::write});
  EXPECT_EQ(next_line(), line(0));
  write(1000);
  EXPECT_EQ(fsm_.take_repeated(), 5U);
  progress(1000);
  EXPECT_EQ(fsm_.take_settled().lines, 6U);
}

TEST(Failback, OneThatTakesNothingHoldsOutLongerEachTime) {
  using namespace std::chrono_literals;
  Failback failback(1min);
  Failback::TimePoint now{};
  const auto back_after = [&] {
    failback.begin(now);
    const auto began = now;
    while (!failback.probed(true, now)) now += 1s;
    return now - began;
  };
  for (const auto expected : {1min, 2min, 4min, 8min, 16min, 32min, 60min, 60min}) {
    EXPECT_EQ(back_after(), expected);
    failback.first_is_gone(true);
  }
  failback.first_is_gone(false);
  EXPECT_EQ(back_after(), 1min);
}

}  // namespace
}  // namespace flowcef
