#include "flowcef/sink/backoff.hpp"

#include <gtest/gtest.h>

#include <set>

namespace flowcef {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, GrowsFromTheMinimumToTheMaximum) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Backoff backoff(500ms, 30s, seed);
    for (const auto base : {1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 30000ms, 30000ms, 30000ms}) {
      const auto wait = backoff.next();
      EXPECT_GE(wait, base / 2);
      EXPECT_LE(wait, base);
    }
  }
}

TEST(Backoff, StartsAnewAfterReset) {
  Backoff backoff(500ms, 30s, 1);
  for (int i = 0; i < 10; ++i) static_cast<void>(backoff.next());
  backoff.reset();
  EXPECT_LE(backoff.next(), 1000ms);
}

TEST(Backoff, IsSpreadByTheSeedAndRepeatable) {
  std::set<std::chrono::milliseconds> waits;
  for (std::uint64_t seed = 0; seed < 50; ++seed) waits.insert(Backoff(500ms, 30s, seed).next());
  EXPECT_GT(waits.size(), 30U);
  EXPECT_EQ(Backoff(500ms, 30s, 7).next(), Backoff(500ms, 30s, 7).next());
}

struct Bounds {
  std::chrono::milliseconds min, max;
};

class BackoffBounds : public testing::TestWithParam<Bounds> {};

TEST_P(BackoffBounds, AreKept) {
  const auto [min, max] = GetParam();
  Backoff backoff(min, max, 3);
  for (int i = 0; i < 20; ++i) {
    const auto wait = backoff.next();
    EXPECT_GE(wait, min);
    EXPECT_LE(wait, std::max(min, max));
  }
}

INSTANTIATE_TEST_SUITE_P(Odd, BackoffBounds,
                         testing::Values(Bounds{0ms, 0ms}, Bounds{1ms, 1ms}, Bounds{500ms, 600ms}, Bounds{500ms, 100ms},
                                         Bounds{0ms, 10ms}));

}  // namespace
}  // namespace flowcef
