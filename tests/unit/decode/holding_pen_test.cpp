#include "flowcef/decode/holding_pen.hpp"

#include <gtest/gtest.h>

namespace flowcef::test {
namespace {

const std::vector<std::uint8_t> kHeader(16, 0xaa);
const std::vector<std::uint8_t> kBody(100, 0xbb);

DomainKey domain(std::string_view exporter, std::uint64_t session = 0) {
  DomainKey key;
  key.exporter = {*IpAddress::parse(exporter), 50000};
  key.session = session;
  return key;
}

class Pen : public testing::Test {
 protected:
  static DecodeConfig config() {
    DecodeConfig made;
    made.hold_bytes = 10'000;
    made.hold_bytes_per_exporter = 4'000;
    made.hold_time = std::chrono::seconds(60);
    return made;
  }
  bool hold(std::string_view exporter, std::uint16_t id, std::int64_t now_s = 0, std::uint64_t session = 0) {
    ExportContext context;
    context.header = kHeader;
    context.sequence = ++sequence_;
    return pen_.hold(domain(exporter, session), id, context, kBody, now_s * 1'000'000'000);
  }
  std::size_t expired(std::int64_t now_s) {
    std::size_t count = 0;
    pen_.expire(now_s * 1'000'000'000, [&](const HeldSet&) { ++count; });
    return count;
  }

  std::atomic<std::size_t> used_ = 0;
  HoldingPen pen_{config(), used_};
  std::uint32_t sequence_ = 0;
};

// PX-01, SK-18: what waits is handed back in order, with the context of its own message.
TEST_F(Pen, HandsBackInOrder) {
  EXPECT_TRUE(hold("192.0.2.1", 256));
  EXPECT_TRUE(hold("192.0.2.1", 257));
  EXPECT_TRUE(hold("192.0.2.1", 256));
  const auto taken = pen_.take(domain("192.0.2.1"), 256);
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken.front().context.sequence, 1U);
  EXPECT_EQ(taken.back().context.sequence, 3U);
  for (const HeldSet& set : taken) {
    EXPECT_TRUE(std::ranges::equal(set.context.header, kHeader));
    EXPECT_TRUE(std::ranges::equal(set.body(), kBody));
  }
  EXPECT_TRUE(pen_.take(domain("192.0.2.1"), 256).empty());
  EXPECT_FALSE(pen_.empty());
}

TEST_F(Pen, KeepsExportersAndIdsApart) {
  hold("192.0.2.1", 256);
  EXPECT_TRUE(pen_.take(domain("192.0.2.2"), 256).empty());
  EXPECT_TRUE(pen_.take(domain("192.0.2.1"), 258).empty());
  EXPECT_TRUE(pen_.take(domain("192.0.2.1", 5), 256).empty()) << "of another connection";
}

TEST_F(Pen, EachExporterHasItsShare) {
  std::size_t kept = 0;
  while (hold("192.0.2.1", 256)) ++kept;
  EXPECT_GE(kept, 4U);
  EXPECT_LE(used_, 4'000U);
  EXPECT_TRUE(hold("192.0.2.2", 256));
}

TEST_F(Pen, TheWholeIsBounded) {
  for (int i = 1; i < 100; ++i) hold("192.0.2." + std::to_string(i), 256);
  EXPECT_LE(used_, 10'000U);
  EXPECT_GE(used_, 8'000U);
  EXPECT_FALSE(hold("192.0.2.200", 256));
  EXPECT_GT(expired(61), 10U);
  EXPECT_EQ(used_, 0U);
  EXPECT_TRUE(hold("192.0.2.200", 256, 62));
}

TEST_F(Pen, GivesUpWhatWaitedTooLong) {
  hold("192.0.2.1", 256, 0);
  hold("192.0.2.1", 256, 30);
  EXPECT_EQ(expired(60), 0U);
  EXPECT_EQ(expired(61), 1U);
  EXPECT_EQ(pen_.take(domain("192.0.2.1"), 256).size(), 1U);
  EXPECT_EQ(used_, 0U);
}

TEST_F(Pen, GivesUpTheOldestOfEachPlace) {
  hold("192.0.2.1", 256, 0);
  hold("192.0.2.1", 257, 1);
  hold("192.0.2.1", 256, 2);
  hold("192.0.2.1", 256, 63);
  EXPECT_EQ(expired(62), 2U);
  const auto left = pen_.take(domain("192.0.2.1"), 256);
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left.front().held_since_ns, 2'000'000'000);
  EXPECT_EQ(left.back().held_since_ns, 63'000'000'000);
}

TEST_F(Pen, AConnectionTakesItsSetsAlong) {
  hold("192.0.2.1", 256, 0, 7);
  hold("192.0.2.1", 256, 0, 8);
  std::size_t count = 0;
  pen_.end_session(7, [&](const HeldSet& set) { count += set.key.session; });
  EXPECT_EQ(count, 7U);
  EXPECT_EQ(pen_.take(domain("192.0.2.1", 8), 256).size(), 1U);
}

TEST_F(Pen, ReturnsItsBudget) {
  {
    HoldingPen other(config(), used_);
    ExportContext context;
    context.header = kHeader;
    EXPECT_TRUE(other.hold(domain("192.0.2.9"), 256, context, kBody, 0));
    EXPECT_GT(used_, 0U);
  }
  EXPECT_EQ(used_, 0U);
}

// PX-15: the oldest give way, and only those of exporters that hold too much, or of all of them.
TEST_F(Pen, ASmallerBudgetHoldsAtOnce) {
  for (const int id : {256, 257, 256}) EXPECT_TRUE(hold("192.0.2.1", static_cast<std::uint16_t>(id)));
  const std::size_t each = used_ / 3;
  EXPECT_TRUE(hold("192.0.2.2", 256));
  std::vector<std::uint32_t> given_up;
  const auto note = [&](const HeldSet& set) { given_up.push_back(set.context.sequence); };
  DecodeConfig smaller = config();
  smaller.hold_bytes_per_exporter = 2 * each;
  pen_.reconfigure(smaller, note);
  EXPECT_EQ(given_up, (std::vector<std::uint32_t>{1}));
  smaller.hold_bytes = 2 * each;
  pen_.reconfigure(smaller, note);
  EXPECT_EQ(given_up, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(used_, 2 * each);
  EXPECT_FALSE(hold("192.0.2.3", 256));
  pen_.reconfigure(config(), note);
  EXPECT_TRUE(hold("192.0.2.3", 256));
  EXPECT_EQ(given_up.size(), 2U);
  EXPECT_EQ(pen_.take(domain("192.0.2.1"), 256).front().context.sequence, 3U);
}

TEST(HoldingPenSwitchedOff, KeepsNothing) {
  DecodeConfig config;
  config.hold_bytes = 0;
  std::atomic<std::size_t> used = 0;
  HoldingPen pen(config, used);
  EXPECT_FALSE(pen.hold(domain("192.0.2.1"), 256, {}, kBody, 0));
}

}  // namespace
}  // namespace flowcef::test
