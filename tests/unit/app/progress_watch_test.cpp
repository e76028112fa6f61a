// A watchdog is fed only while every worker goes on.
#include "flowcef/app/progress_watch.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace flowcef::test {
namespace {

using std::chrono::seconds;
using Ticks = std::vector<std::uint64_t>;

constexpr ProgressWatch::Clock::time_point kStart{};

TEST(ProgressWatch, AllGoOn) {
  ProgressWatch watch(seconds(5));
  for (std::uint64_t i = 0; i < 20; ++i) {
    EXPECT_EQ(watch.find_stuck(Ticks{i, i / 4}, kStart + seconds(i)), -1) << i;
  }
}

TEST(ProgressWatch, OneIsStuckUntilItTicksAgain) {
  ProgressWatch watch(seconds(5));
  EXPECT_EQ(watch.find_stuck(Ticks{1, 7}, kStart), -1);
  EXPECT_EQ(watch.find_stuck(Ticks{2, 7}, kStart + seconds(5)), -1) << "no longer than it may";
  EXPECT_EQ(watch.find_stuck(Ticks{3, 7}, kStart + seconds(6)), 1);
  EXPECT_EQ(watch.find_stuck(Ticks{4, 8}, kStart + seconds(7)), -1);
}

TEST(ProgressWatch, NoTickSinceTheStartCountsFromTheFirstLook) {
  ProgressWatch watch(seconds(5));
  EXPECT_EQ(watch.find_stuck(Ticks{0}, kStart + seconds(100)), -1);
  EXPECT_EQ(watch.find_stuck(Ticks{0}, kStart + seconds(106)), 0);
}

TEST(ProgressWatch, NoThreads) {
  ProgressWatch watch(seconds(5));
  EXPECT_EQ(watch.find_stuck(Ticks{}, kStart), -1);
}

}  // namespace
}  // namespace flowcef::test
