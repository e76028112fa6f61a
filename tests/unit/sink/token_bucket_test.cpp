#include "flowcef/sink/token_bucket.hpp"

#include <gtest/gtest.h>

namespace flowcef {
namespace {

using namespace std::chrono_literals;
constexpr TokenBucket::TimePoint kStart{};

TEST(TokenBucket, GivesTheBurstAtOnceThenTheRate) {
  TokenBucket bucket(100, 20, kStart);
  EXPECT_EQ(bucket.available(kStart), 20U);
  bucket.take(20);
  EXPECT_EQ(bucket.available(kStart), 0U);
  EXPECT_EQ(bucket.available(kStart + 9ms), 0U);
  EXPECT_EQ(bucket.available(kStart + 51ms), 5U);
  EXPECT_EQ(bucket.available(kStart + 1h), 20U) << "holds no more than the burst";
}

TEST(TokenBucket, KeepsTheRateOverTime) {
  struct Row {
    std::size_t rate, burst;
  };
  for (const auto& [rate, burst] : {Row{1, 1}, Row{3, 1}, Row{700, 10}, Row{999'983, 5'000}}) {
    TokenBucket bucket(rate, burst, kStart);
    std::size_t taken = 0;
    auto now = kStart;
    while (now < kStart + 10s) {
      const std::size_t tokens = bucket.available(now);
      bucket.take(tokens);
      taken += tokens;
      now += bucket.wait();
    }
    EXPECT_GE(taken, rate * 10 - 1) << rate;
    EXPECT_LE(taken, rate * 10 + burst) << rate;
  }
}

TEST(TokenBucket, WaitsForOneTokenOrForTheTokensOfAMillisecond) {
  struct Row {
    std::size_t rate, burst;
    std::chrono::nanoseconds wait;
  };
  for (const auto& [rate, burst, wait] :
       {Row{10, 100, 100ms}, Row{10, 0, 100ms}, Row{100'000, 10'000, 1ms}, Row{100'000, 20, 100us}}) {
    TokenBucket bucket(rate, burst, kStart);
    bucket.take(bucket.available(kStart));
    EXPECT_NEAR(static_cast<double>(bucket.wait().count()), static_cast<double>(wait.count()), 2) << rate;
    EXPECT_GE(bucket.available(kStart + bucket.wait() + 1us), 1U);
  }
}

}  // namespace
}  // namespace flowcef
