#include "flowcef/source/stream_framer.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "stream_messages.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Status = StreamFramer::Status;

/// Feeds a framer and keeps what it hands out.
struct StreamFeeder {
  explicit StreamFeeder(IpfixDamage damage = IpfixDamage::resync) : framer(damage) {}

  void write(Bytes bytes) {
    while (!bytes.empty()) {
      const auto room = framer.room();
      const std::size_t count = std::min(room.size(), bytes.size());
      std::ranges::copy(bytes.first(count), room.begin());
      framer.commit(count);
      bytes = bytes.subspan(count);
      drain();
    }
  }

  void end() {
    framer.end_input();
    drain();
    EXPECT_TRUE(framer.unread().empty());
  }

  void drain() {
    for (Bytes found; (last = framer.next(found)) == Status::message;)
      messages.emplace_back(found.begin(), found.end());
    if (last == Status::starved) {
      EXPECT_GE(framer.room().size(), StreamFramer::kReadBytes);
    }
  }

  StreamFramer framer;
  std::vector<ByteVector> messages;
  Status last = Status::starved;
};

TEST(StreamFramer, EveryFormatThatStatesItsLength) {
  const std::vector<ByteVector> all{netflow5(30),         netflow5(1),          netflow5(0),  ipfix(16),
                                    message(1, 24, 1168), message(7, 27, 1428), ipfix(65535), ipfix(17),
                                    message(7, 30, 1584), ipfix(65535),         ipfix(65534)};
  StreamFeeder feeder;
  feeder.write(joined(all));
  feeder.end();
  EXPECT_EQ(feeder.messages, all);
  EXPECT_EQ(feeder.framer.skips(), 0U);
  EXPECT_FALSE(feeder.framer.is_cut());
}

// SS-04
TEST(StreamFramer, SplitAtEveryByte) {
  const std::vector<ByteVector> all{netflow5(2, 1), netflow5(1, 2), netflow5(3, 3)};
  const ByteVector stream = joined(all);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    StreamFeeder feeder;
    feeder.write(Bytes(stream).first(cut));
    feeder.write(Bytes(stream).subspan(cut));
    feeder.end();
    EXPECT_EQ(feeder.messages, all) << cut;
    EXPECT_EQ(feeder.framer.skipped_bytes(), 0U) << cut;
  }
}

TEST(StreamFramer, MessageIsHandedOnAsSoonAsItIsWhole) {
  StreamFeeder feeder;
  for (const std::uint8_t byte : netflow5(1)) {
    EXPECT_THAT(feeder.messages, IsEmpty());
    feeder.write(Bytes(&byte, 1));
  }
  EXPECT_EQ(feeder.messages.size(), 1U);
}

struct StrayCase {
  const char* name;
  ByteVector stray;
};

class Stray : public testing::TestWithParam<StrayCase> {};

// SS-04: one stray byte, or a run of them, is counted and costs no message, however the stream is cut into reads.
TEST_P(Stray, CostsNoMessage) {
  const ByteVector stray = GetParam().stray;
  const std::vector<ByteVector> all{netflow5(2, 1), netflow5(1, 2), netflow5(3, 3)};
  for (std::size_t at = 0; at <= all.size(); ++at) {
    std::vector<ByteVector> parts = all;
    parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(at), stray);
    const ByteVector stream = joined(parts);
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{50}, stream.size()}) {
      StreamFeeder feeder;
      for (std::size_t done = 0; done < stream.size(); done += step) {
        feeder.write(Bytes(stream).subspan(done, std::min(step, stream.size() - done)));
      }
      feeder.end();
      EXPECT_EQ(feeder.messages, all) << "stray bytes before message " << at << ", read by " << step;
      EXPECT_EQ(feeder.framer.skips(), 1U) << at;
      EXPECT_EQ(feeder.framer.skipped_bytes(), stray.size()) << at;
      EXPECT_EQ(feeder.framer.position(), stream.size());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Bytes, Stray,
                         testing::Values(StrayCase{"zero", {0}}, StrayCase{"five", {5}}, StrayCase{"text", {'x'}},
                                         StrayCase{"run", ByteVector(5000, 0xee)},
                                         StrayCase{"zeros", ByteVector(999, 0)},
                                         StrayCase{"headerOfTooManyRecords", {0, 5, 0, 31}},
                                         StrayCase{"netflow9InBetween", {0xff, 0, 9, 0, 1, 0, 0}},
                                         StrayCase{"lineBreak", {'\r', '\n'}}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(StreamFramer, FalseHeaderIsToldByWhatFollowsIt) {
  // Once in the garbage a header that claims 72 bytes, which end in the middle of the next message.
  const ByteVector garbage = joined({ByteVector(10, 0xee), {0, 5, 0, 1}, ByteVector(10, 0xee)});
  StreamFeeder feeder;
  feeder.write(joined({netflow5(1), garbage, netflow5(2), netflow5(1)}));
  feeder.end();
  EXPECT_THAT(feeder.messages, ElementsAre(netflow5(1), netflow5(2), netflow5(1)));
  EXPECT_EQ(feeder.framer.skipped_bytes(), garbage.size());
}

TEST(StreamFramer, BytesBehindEveryMessage) {
  StreamFeeder feeder;
  for (int i = 0; i < 5; ++i) feeder.write(joined({netflow5(1), {'\n'}, netflow5(2), {'\n'}}));
  feeder.end();
  EXPECT_EQ(feeder.messages.size(), 10U);
  EXPECT_EQ(feeder.framer.skips(), 10U);
  EXPECT_EQ(feeder.framer.skipped_bytes(), 10U);
}

TEST(StreamFramer, SearchKeepsToTheVersion) {
  const ByteVector other = ipfix(20);  // could stand in a record
  StreamFeeder feeder;
  feeder.write(joined({netflow5(1), {0xee}, other, netflow5(2)}));
  feeder.end();
  EXPECT_THAT(feeder.messages, ElementsAre(netflow5(1), netflow5(2)));
  EXPECT_EQ(feeder.framer.skipped_bytes(), 1 + other.size());
}

TEST(StreamFramer, CutAtTheEnd) {
  const ByteVector stream = joined({netflow5(2), netflow5(1)});
  for (std::size_t length = 121; length < stream.size(); ++length) {
    StreamFeeder feeder;
    feeder.write(Bytes(stream).first(length));
    EXPECT_FALSE(feeder.framer.is_cut()) << "more may come";
    feeder.end();
    EXPECT_THAT(feeder.messages, ElementsAre(netflow5(2)));
    EXPECT_TRUE(feeder.framer.is_cut()) << length;
    EXPECT_EQ(feeder.framer.skips(), 1U);
    EXPECT_EQ(feeder.framer.skipped_bytes(), length - 120);
  }
}

TEST(StreamFramer, LengthBeyondTheEndDoesNotHideWholeMessages) {
  StreamFeeder feeder;
  feeder.write(joined({ipfix(100), message(10, 9000, 50), ipfix(200), ipfix(300)}));
  feeder.end();
  EXPECT_THAT(feeder.messages, ElementsAre(ipfix(100), ipfix(200), ipfix(300)));
  EXPECT_EQ(feeder.framer.skipped_bytes(), 50U);
  EXPECT_FALSE(feeder.framer.is_cut());
}

struct RefusedCase {
  const char* name;
  IpfixDamage damage;
  ByteVector stream;
  std::size_t messages;
  const char* reason;
};

class Refused : public testing::TestWithParam<RefusedCase> {};

TEST_P(Refused, SaysWhyAndStaysRefused) {
  StreamFeeder feeder(GetParam().damage);
  feeder.write(GetParam().stream);
  feeder.framer.end_input();
  feeder.drain();
  EXPECT_EQ(feeder.last, Status::refused);
  EXPECT_EQ(feeder.framer.refusal(), GetParam().reason);
  EXPECT_EQ(feeder.messages.size(), GetParam().messages);
  EXPECT_EQ(feeder.framer.skips(), 1U);
  feeder.write(ipfix(16));
  EXPECT_EQ(feeder.last, Status::refused);
  EXPECT_EQ(feeder.messages.size(), GetParam().messages);
}

INSTANTIATE_TEST_SUITE_P(
    Streams, Refused,
    testing::Values(RefusedCase{"ipfixLengthBelow16", IpfixDamage::refuse, joined({ipfix(20), {0, 10, 0, 15}}), 1,
                                "an IPFIX message states a length below 16"},
                    RefusedCase{"ipfixLengthZeroAtOnce",
                                IpfixDamage::refuse,
                                {0, 10, 0, 0},
                                0,
                                "an IPFIX message states a length below 16"},
                    RefusedCase{"strayByteAfterIpfix", IpfixDamage::refuse, joined({ipfix(20), {1}, ipfix(20)}), 1,
                                "what follows an IPFIX message is none"},
                    RefusedCase{"ipfixCut", IpfixDamage::refuse, joined({ipfix(20), slice(ipfix(20), 0, 19)}), 1,
                                "it ends within a message"},
                    RefusedCase{"netflow9", IpfixDamage::refuse, message(9, 1, 40), 0,
                                "NetFlow v9 states no message length, so it cannot come as a stream"},
                    RefusedCase{"netflow9InAFile", IpfixDamage::resync, message(9, 1, 40), 0,
                                "NetFlow v9 states no message length, so it cannot come as a stream"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(StreamFramer, RefusesOnlyIpfix) {
  StreamFeeder feeder(IpfixDamage::refuse);
  feeder.write(joined({{7}, netflow5(1), {7}, netflow5(2)}));
  feeder.end();
  EXPECT_THAT(feeder.messages, ElementsAre(netflow5(1), netflow5(2)));
  EXPECT_EQ(feeder.framer.skips(), 2U);
}

TEST(StreamFramer, SkippedInARowStartsAnewWithEveryMessage) {
  StreamFeeder feeder;
  EXPECT_FALSE(feeder.framer.has_begun());
  feeder.write(ByteVector(100'000, 0xee));
  EXPECT_GE(feeder.framer.skipped_in_a_row(), 100'000U - 3);
  EXPECT_FALSE(feeder.framer.has_begun());
  feeder.write(netflow5(1));
  EXPECT_TRUE(feeder.framer.has_begun());
  EXPECT_EQ(feeder.framer.skipped_in_a_row(), 0U);
  EXPECT_EQ(feeder.framer.skipped_bytes(), 100'000U);
}

// Bytes are handed on or skipped, none twice, none forgotten, whatever comes and however it is cut into reads.
TEST(StreamFramer, EveryByteIsAccountedFor) {
  std::mt19937 random(7011);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random()) % limit; };
  for (int round = 0; round < 3000; ++round) {
    ByteVector stream;
    for (std::size_t part = below(8); part > 0; --part) {
      const std::size_t count = below(34);
      append(stream, below(2) == 0 ? netflow5(count) : ipfix(below(300) + 12));
    }
    for (std::size_t damage = below(4); damage > 0 && !stream.empty(); --damage) {
      const auto at = stream.begin() + static_cast<std::ptrdiff_t>(below(stream.size()));
      if (below(2) == 0) {
        *at = static_cast<std::uint8_t>(below(12));
      } else {
        stream.insert(at, static_cast<std::uint8_t>(below(256)));
      }
    }
    StreamFeeder feeder(below(2) == 0 ? IpfixDamage::resync : IpfixDamage::refuse);
    std::size_t done = 0;
    while (done < stream.size() && feeder.last != Status::refused) {
      const std::size_t step = std::min(1 + below(400), stream.size() - done);
      feeder.write(Bytes(stream).subspan(done, step));
      done += step;
    }
    feeder.end();
    std::size_t handed_on = 0;
    for (const ByteVector& found : feeder.messages) handed_on += found.size();
    ASSERT_EQ(handed_on + feeder.framer.skipped_bytes(), done) << round;
    ASSERT_EQ(feeder.framer.position(), done) << round;
    ASSERT_EQ(feeder.framer.skips() == 0, feeder.framer.skipped_bytes() == 0) << round;
  }
}

}  // namespace
}  // namespace flowcef::test
