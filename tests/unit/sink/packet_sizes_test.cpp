#include "flowcef/sink/packet_sizes.hpp"

#include <gtest/gtest.h>

#include "flowcef/sink/sink_config.hpp"

namespace flowcef {
namespace {

struct Row {
  IpVersion version;
  std::size_t mtu;
  std::size_t message;
  std::size_t packets;
};

// GG-09: figures as counted on the wire of Linux.
TEST(PacketSizes, TellsHowManyPacketsAMessageBecomes) {
  constexpr auto v4 = IpVersion::v4;
  constexpr auto v6 = IpVersion::v6;
  const Row rows[] = {
      {v4, 1500, 0, 1},
      {v4, 1500, 1472, 1},
      {v4, 1500, 1473, 2},
      {v4, 1500, 2952, 2},
      {v4, 1500, 2953, 3},
      {v4, 1500, kMaxDatagramIpv4, 45},
      {v4, 576, 548, 1},
      {v4, 576, 549, 2},
      {v4, 576, 1100, 2},  // 552 and 556 bytes: the last fragment need not be a multiple of 8
      {v4, 576, 1101, 3},
      {v6, 1500, 1452, 1},
      {v6, 1500, 1453, 2},
      {v6, 1500, 2888, 2},
      {v6, 1500, 2889, 3},
      {v6, 1500, kMaxDatagramIpv4, 46},
      {v6, 1280, 1232, 1},
      {v6, 1280, 1233, 2},
      {v6, 1280, kMaxDatagramIpv6, 54},
  };
  for (const Row& row : rows) {
    const PacketSizes sizes(row.version, row.mtu, row.mtu);
    EXPECT_EQ(sizes.packets(row.message), row.packets) << row.mtu << " " << row.message;
    EXPECT_EQ(sizes.is_whole(row.message), row.packets == 1) << row.mtu << " " << row.message;
  }
}

// GG-08
TEST(PacketSizes, TellsTheLargestMessageOfOnePacket) {
  EXPECT_EQ(PacketSizes(IpVersion::v4, 1500, 1500).largest_whole(), 1472U);
  EXPECT_EQ(PacketSizes(IpVersion::v6, 1500, 1500).largest_whole(), 1452U);
  EXPECT_EQ(PacketSizes(IpVersion::v6, 1280, 1280).largest_whole(), 1232U);
  EXPECT_EQ(PacketSizes(IpVersion::v4, 65'536, 65'536).largest_whole(), kMaxDatagramIpv4) << "no datagram is larger";
}

// GG-10
TEST(PacketSizes, FragmentsMayBeSmallerThanWholePackets) {
  const PacketSizes sizes(IpVersion::v6, 1500, 1280);
  EXPECT_EQ(sizes.packets(1452), 1U);
  EXPECT_EQ(sizes.packets(1453), 2U);
  EXPECT_EQ(sizes.packets(8000), 7U);
  EXPECT_EQ(sizes.packets(kMaxDatagramIpv6), 54U);
}

TEST(PacketSizes, TakesAnUnknownOrSenselessMtuForNoLimit) {
  for (const IpVersion version : {IpVersion::v4, IpVersion::v6}) {
    for (const std::size_t mtu : {0U, 1U, 20U, 27U}) {
      const PacketSizes sizes(version, mtu, mtu);
      EXPECT_EQ(sizes.largest_whole(), 0U) << mtu;
      EXPECT_EQ(sizes.packets(65'000), 1U) << mtu;
    }
  }
  EXPECT_TRUE(PacketSizes().is_whole(65'000));
}

}  // namespace
}  // namespace flowcef
