#include "flowcef/core/byte_order.hpp"

#include <gtest/gtest.h>

#include <array>

namespace flowcef {
namespace {

constexpr std::array<std::uint8_t, 9> kBytes = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0xff};

TEST(LoadBe, ReadsEveryWidthAtAnyAlignment) {
  EXPECT_EQ(load_be<std::uint8_t>(kBytes.data() + 8), 0xff);
  EXPECT_EQ(load_be<std::uint16_t>(kBytes.data() + 1), 0x0203);
  EXPECT_EQ(load_be<std::uint32_t>(kBytes.data() + 1), 0x02030405U);
  EXPECT_EQ(load_be<std::uint64_t>(kBytes.data() + 1), 0x02030405060708ffU);
}

TEST(LoadBe, ReadsReducedSizes) {
  std::uint64_t expected = 0;
  for (std::size_t length = 1; length <= 8; ++length) {
    expected = expected << 8 | kBytes[length - 1];
    EXPECT_EQ(load_be(kBytes.data(), length), expected) << length;
  }
}

TEST(ByteReader, ReadsInOrder) {
  ByteReader reader(kBytes);
  std::uint16_t first = 0;
  std::uint8_t second = 0;
  std::uint32_t third = 0;
  ASSERT_TRUE(reader.read(first) && reader.read(second) && reader.read(third));
  EXPECT_EQ(first, 0x0102);
  EXPECT_EQ(second, 0x03);
  EXPECT_EQ(third, 0x04050607U);
  EXPECT_EQ(reader.remaining(), 2U);
  EXPECT_EQ(reader.rest().data(), kBytes.data() + 7);
}

TEST(ByteReader, LeavesEverythingAsItWasWhenTooShort) {
  for (std::size_t length = 0; length < 4; ++length) {
    ByteReader reader(Bytes(kBytes).first(length));
    std::uint32_t value = 42;
    EXPECT_FALSE(reader.read(value));
    EXPECT_EQ(value, 42U);
    EXPECT_EQ(reader.remaining(), length);
  }
}

TEST(ByteReader, TakesUpToTheLastByteAndNoFurther) {
  ByteReader reader(kBytes);
  Bytes taken;
  EXPECT_FALSE(reader.take(kBytes.size() + 1, taken));
  EXPECT_FALSE(reader.take(SIZE_MAX, taken));
  EXPECT_TRUE(taken.empty());
  ASSERT_TRUE(reader.take(kBytes.size(), taken));
  EXPECT_EQ(taken.size(), kBytes.size());
  EXPECT_TRUE(reader.empty());
  EXPECT_TRUE(reader.take(0, taken));
  EXPECT_TRUE(taken.empty());
}

}  // namespace
}  // namespace flowcef
