#include "flowcef/sink/fragment_id_watch.hpp"

#include <gtest/gtest.h>

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using Watch = FragmentIdWatch;
constexpr auto kStep = Watch::kIds / 64;

/// Returns: how many of `steps` 64ths of all ids, each `pause` after the one before, showed a repetition.
int repetitions(Watch& watch, std::size_t steps, Watch::TimePoint& now, std::chrono::milliseconds pause) {
  int found = 0;
  for (std::size_t i = 0; i < steps; ++i) {
    found += watch.sent(kStep, now) ? 1 : 0;
    now += pause;
  }
  return found;
}

TEST(FragmentIdWatch, SeesIdsThatComeAgainWithinTheReassemblyTime) {
  Watch watch;
  Watch::TimePoint now{};
  EXPECT_EQ(repetitions(watch, 64, now, 400ms), 0) << "every id was used once";
  EXPECT_EQ(repetitions(watch, 64, now, 400ms), 64) << "all ids in 25.6 s";
}

TEST(FragmentIdWatch, IsContentWhenIdsComeAgainLater) {
  Watch watch;
  Watch::TimePoint now{};
  EXPECT_EQ(repetitions(watch, 640, now, 500ms), 0) << "all ids in 32 s";
}

TEST(FragmentIdWatch, ForgetsABurst) {
  Watch watch;
  Watch::TimePoint now{};
  EXPECT_EQ(repetitions(watch, 65, now, 1ms), 1);
  now += 30s;
  EXPECT_EQ(repetitions(watch, 64, now, 1ms), 0);
}

TEST(FragmentIdWatch, CountsSingleDatagramsAndManyAtOnce) {
  Watch one_by_one;
  const Watch::TimePoint now{};
  for (std::size_t i = 0; i < Watch::kIds + kStep - 1; ++i) ASSERT_FALSE(one_by_one.sent(1, now)) << i;
  EXPECT_TRUE(one_by_one.sent(1, now));
  EXPECT_FALSE(one_by_one.sent(0, now));
  EXPECT_TRUE(Watch().sent(2 * Watch::kIds, now));
}

}  // namespace
}  // namespace flowcef
