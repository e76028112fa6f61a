#include "flowcef/source/ip_reassembler.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <optional>
#include <string>

#include "support/capture_builder.hpp"
#include "support/time_units.hpp"

namespace flowcef::test {
namespace {

struct Part {
  std::size_t offset;
  std::size_t length;
  bool more;
};

class Reassembly : public testing::TestWithParam<bool> {
 protected:
  Reassembly() { std::iota(content_.begin(), content_.end(), std::uint8_t{1}); }

  FrameVerdict add(Part part, std::uint32_t id = 7, std::int64_t now_ns = 0) {
    return add_bytes(slice(content_, part.offset, part.length), part.offset, part.more, id, now_ns);
  }

  FrameVerdict add_bytes(const ByteVector& bytes, std::size_t offset, bool more, std::uint32_t id = 7,
                         std::int64_t now_ns = 0) {
    packet_ = {};
    packet_.is_v6 = GetParam();
    packet_.protocol = kProtocolUdp;
    packet_.fragment_id = id;
    packet_.fragment_offset = static_cast<std::uint32_t>(offset);
    packet_.is_fragment = true;
    packet_.more_fragments = more;
    packet_.payload = bytes;
    packet_.payload_length = bytes.size();
    const FrameVerdict verdict = reassembler_->add(packet_, now_ns);
    if (verdict == FrameVerdict::ok) whole_.assign(packet_.payload.begin(), packet_.payload.end());
    return verdict;
  }

  ByteVector content_ = ByteVector(60);
  std::optional<IpReassembler> reassembler_{std::in_place};
  IpPacket packet_;
  ByteVector whole_;
};

INSTANTIATE_TEST_SUITE_P(Versions, Reassembly, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "ipv6" : "ipv4"; });

TEST_P(Reassembly, AnyOrderWithRepeats) {
  const std::array<Part, 4> parts{{{0, 16, true}, {16, 24, true}, {40, 8, true}, {48, 12, false}}};
  std::array<std::size_t, 4> order{0, 1, 2, 3};
  do {
    for (std::size_t i = 0; i + 1 < order.size(); ++i) {
      EXPECT_EQ(add(parts[order[i]]), FrameVerdict::held);
      EXPECT_EQ(add(parts[order[i]]), FrameVerdict::held) << "a repeat";
    }
    ASSERT_EQ(add(parts[order[3]]), FrameVerdict::ok);
    EXPECT_EQ(whole_, content_);
    EXPECT_EQ(packet_.payload_length, content_.size());
    EXPECT_FALSE(packet_.is_fragment);
    EXPECT_EQ(reassembler_->pending(), 0U);
    EXPECT_EQ(reassembler_->held_bytes(), 0U);
  } while (std::ranges::next_permutation(order).found);
  EXPECT_EQ(reassembler_->incomplete().value(), 0U);
}

TEST_P(Reassembly, OverlapMakesThePacketWorthless) {
  const std::array<Part, 4> overlapping{{
      {8, 16, true},   // reaches over the end of the first
      {0, 32, true},   // contains the first
      {8, 52, false},  // up to the end
      {0, 12, false},  // would end the packet inside the first
  }};
  std::uint32_t id = 0;
  for (const Part& part : overlapping) {
    ++id;
    EXPECT_EQ(add({0, 16, true}, id), FrameVerdict::held);
    EXPECT_EQ(add(part, id), FrameVerdict::held);
    EXPECT_EQ(add({16, 44, false}, id), FrameVerdict::held) << "fragments that follow are swallowed";
    EXPECT_EQ(reassembler_->incomplete().value(), id);
  }
  EXPECT_EQ(reassembler_->held_bytes(), 0U);
}

TEST_P(Reassembly, SameExtentWithOtherContentIsAnOverlap) {
  EXPECT_EQ(add({0, 16, true}), FrameVerdict::held);
  EXPECT_EQ(add_bytes(ByteVector(16, 0xff), 0, true), FrameVerdict::held);
  EXPECT_EQ(add({16, 44, false}), FrameVerdict::held);
  EXPECT_EQ(reassembler_->incomplete().value(), 1U);
}

TEST_P(Reassembly, ContradictoryEndsAreRefused) {
  EXPECT_EQ(add({48, 12, false}), FrameVerdict::held);
  EXPECT_EQ(add({40, 8, false}), FrameVerdict::held) << "a second end";
  EXPECT_EQ(reassembler_->incomplete().value(), 1U);
  EXPECT_EQ(add({32, 12, false}, 8), FrameVerdict::held);
  EXPECT_EQ(add({48, 8, true}, 8), FrameVerdict::held) << "past the end";
  EXPECT_EQ(reassembler_->incomplete().value(), 2U);
  EXPECT_EQ(add({48, 12, false}, 9), FrameVerdict::held);
  EXPECT_EQ(add_bytes(ByteVector(16), 48, true, 9), FrameVerdict::held) << "reaches past the end by padding";
  EXPECT_EQ(reassembler_->incomplete().value(), 3U);
}

TEST_P(Reassembly, ImpossibleExtentsAreBad) {
  EXPECT_EQ(add_bytes({}, 0, true), FrameVerdict::bad);
  EXPECT_EQ(add_bytes(ByteVector(9), 0, true), FrameVerdict::bad);
  EXPECT_EQ(add_bytes(ByteVector(8), 65528, true), FrameVerdict::bad);
  EXPECT_EQ(add_bytes(ByteVector(70000), 0, false), FrameVerdict::bad);
  EXPECT_EQ(reassembler_->pending(), 0U);
}

TEST_P(Reassembly, LargestPacketIsPossible) {
  const ByteVector first(65528, 1);
  EXPECT_EQ(add_bytes(ByteVector(7, 2), 65528, false), FrameVerdict::held);
  ASSERT_EQ(add_bytes(first, 0, true), FrameVerdict::ok);
  EXPECT_EQ(whole_.size(), 65535U);
}

TEST_P(Reassembly, LateFragmentStartsAnew) {
  const std::int64_t timeout = GetParam() ? 60 * kSecond : 30 * kSecond;
  EXPECT_EQ(add({0, 16, true}, 7, kSecond), FrameVerdict::held);
  EXPECT_EQ(add({16, 44, false}, 7, kSecond + timeout), FrameVerdict::ok) << "just in time";
  EXPECT_EQ(add({0, 16, true}, 7, kSecond), FrameVerdict::held);
  EXPECT_EQ(add({16, 44, false}, 7, kSecond + timeout + 1), FrameVerdict::held) << "too late";
  EXPECT_EQ(reassembler_->incomplete().value(), 1U);
  EXPECT_EQ(reassembler_->pending(), 1U);
}

TEST_P(Reassembly, CaptureTimeMayJump) {
  EXPECT_EQ(add({0, 16, true}, 7, std::numeric_limits<std::int64_t>::max()), FrameVerdict::held);
  EXPECT_EQ(add({16, 44, false}, 7, 0), FrameVerdict::ok);
}

TEST_P(Reassembly, ManyPendingAreBoundedInNumber) {
  reassembler_.emplace(ReassemblyLimits{.max_packets = 10});
  for (std::uint32_t id = 0; id < 1000; ++id) EXPECT_EQ(add({0, 16, true}, id), FrameVerdict::held);
  EXPECT_EQ(reassembler_->pending(), 10U);
  EXPECT_EQ(reassembler_->incomplete().value(), 990U);
  EXPECT_EQ(add({16, 44, false}, 990), FrameVerdict::ok) << "the youngest are kept";
  EXPECT_EQ(add({16, 44, false}, 989), FrameVerdict::held) << "older ones are gone";
}

TEST_P(Reassembly, ManyPendingAreBoundedInMemory) {
  reassembler_.emplace(ReassemblyLimits{.max_bytes = 200'000});
  for (std::uint32_t id = 0; id < 100; ++id) {
    EXPECT_EQ(add_bytes(ByteVector(8), 65520, true, id), FrameVerdict::held);
    EXPECT_LE(reassembler_->held_bytes(), 200'000U);
  }
  EXPECT_EQ(reassembler_->pending(), 3U);
  reassembler_->clear();
  EXPECT_EQ(reassembler_->pending(), 0U);
  EXPECT_EQ(reassembler_->held_bytes(), 0U);
  EXPECT_EQ(reassembler_->incomplete().value(), 100U);
}

}  // namespace
}  // namespace flowcef::test
