#include "flowcef/decode/unsupported_format.hpp"

#include <gtest/gtest.h>

#include "support/packet_builder.hpp"

namespace flowcef::test {
namespace {

ByteWriter sflow(std::uint32_t version, std::uint32_t address_type) {
  return ByteWriter().u32(version).u32(address_type).u32(0x0a000001).u32(0).u32(7).u32(1000).u32(0);
}

TEST(UnsupportedFormats, AreTheirNames) {
  EXPECT_EQ(recognise_unsupported(ByteWriter().u16(6).u16(1).zeros(72).bytes()), Refusal::netflow6);
  EXPECT_EQ(recognise_unsupported(ByteWriter().u16(8).u16(51).zeros(1452).bytes()), Refusal::netflow8);
  for (const std::uint32_t version : {2U, 4U, 5U}) {
    EXPECT_EQ(recognise_unsupported(sflow(version, 1).bytes()), Refusal::sflow);
    EXPECT_EQ(recognise_unsupported(sflow(version, 2).bytes()), Refusal::sflow);
  }
}

TEST(UnsupportedFormats, AreNotSeenInOtherTraffic) {
  const ByteWriter others[] = {ByteWriter().zeros(100),
                               sflow(3, 1),
                               sflow(5, 0),
                               ByteWriter().u16(6).u16(0x0100).zeros(72),  // a DNS query with id 6
                               ByteWriter().u16(8).u16(0).zeros(72),
                               ByteWriter().u16(8).u16(1).zeros(20),
                               ByteWriter().u16(5).u16(1).zeros(72),
                               ByteWriter().u16(11).u16(1).zeros(72)};
  for (const ByteWriter& other : others) EXPECT_EQ(recognise_unsupported(other.bytes()), std::nullopt);
}

TEST(UnsupportedFormats, NeedTheirHeader) {
  const auto bytes = sflow(5, 1).bytes();
  for (std::size_t length = 0; length < 24; ++length) {
    EXPECT_EQ(recognise_unsupported(Bytes(bytes).first(length)), std::nullopt) << length;
  }
}

}  // namespace
}  // namespace flowcef::test
