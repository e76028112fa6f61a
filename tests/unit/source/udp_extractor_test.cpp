#include "flowcef/source/udp_extractor.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>

#include "support/capture_builder.hpp"

namespace flowcef::test {
namespace {

constexpr int kNull = 0, kEthernet = 1, kRawDlt = 12, kRaw = 101, kLoop = 108, kCooked = 113, kIpv4 = 228, kIpv6 = 229,
              kCooked2 = 276;

std::string text_of(const Datagram& datagram) {
  return {datagram.payload.begin(), datagram.payload.end()};
}

void expect_balance(const CaptureCounts& counts) {
  EXPECT_EQ(counts.frames.value() + counts.reassembled.value(), counts.datagrams.value() + counts.fragments.value() +
                                                                    counts.other.value() + counts.truncated.value() +
                                                                    counts.bad.value());
}

/// The frame's bytes stand in an allocation of their exact size, so that the address sanitizer sees a read past it.
std::optional<std::string> extract(UdpExtractor& extractor, const ByteVector& frame) {
  const ByteVector exact(frame);
  Datagram datagram;
  if (!extractor.extract(exact, 1, 1, datagram)) return std::nullopt;
  return text_of(datagram);
}

ByteVector null_header(const ByteVector& family, const ByteVector& ip) {
  ByteVector out(family);
  append(out, ip);
  return out;
}

ByteVector cooked(const ByteVector& ip) {
  ByteVector out(14, 0);
  append_be(out, ether_type_of(ip), 2);
  append(out, ip);
  return out;
}

ByteVector cooked2(const ByteVector& ip) {
  ByteVector out;
  append_be(out, ether_type_of(ip), 2);
  out.resize(20);
  append(out, ip);
  return out;
}

const ByteVector kPayload = bytes_of("flow export");
const ByteVector kPacket4 = ipv4(udp(kPayload));
const ByteVector kPacket6 = ipv6(udp(kPayload));

struct FrameCase {
  const char* name;
  int link_type;
  ByteVector frame;
};

void PrintTo(const FrameCase& frame_case, std::ostream* out) {
  *out << frame_case.name;
}

const auto kCaseName = [](const auto& tested) { return std::string(tested.param.name); };

class GoodFrame : public testing::TestWithParam<FrameCase> {};

TEST_P(GoodFrame, YieldsItsDatagram) {
  UdpExtractor extractor(GetParam().link_type);
  const ByteVector frame = GetParam().frame;
  Datagram datagram;
  ASSERT_TRUE(extractor.extract(frame, 1234, 56, datagram));
  EXPECT_EQ(text_of(datagram), "flow export");
  EXPECT_EQ(datagram.exporter.port, kExporterPort);
  EXPECT_EQ(datagram.listener.port, kListenerPort);
  EXPECT_EQ(datagram.received_ns, 1234);
  EXPECT_EQ(datagram.frame, 56U);
  const bool is_v4 = datagram.exporter.address.is_v4();
  EXPECT_EQ(datagram.exporter.address.to_string(), is_v4 ? "192.0.2.1" : "2001:db8::1");
  EXPECT_EQ(datagram.listener.address.to_string(), is_v4 ? "198.51.100.2" : "2001:db8::2");
  expect_balance(extractor.counts());
}

TEST_P(GoodFrame, CutAnywhereYieldsNothingAndIsCounted) {
  const ByteVector& frame = GetParam().frame;
  UdpExtractor extractor(GetParam().link_type);
  for (std::size_t length = 0; length < frame.size(); ++length) {
    EXPECT_FALSE(extract(extractor, slice(frame, 0, length))) << "cut to " << length;
  }
  EXPECT_EQ(extractor.counts().truncated.value(), frame.size());
  expect_balance(extractor.counts());
}

TEST_P(GoodFrame, PaddingIsIgnored) {
  ByteVector frame = GetParam().frame;
  frame.resize(frame.size() + 30, 0xee);
  UdpExtractor extractor(GetParam().link_type);
  EXPECT_EQ(extract(extractor, frame), "flow export");
}

TEST_P(GoodFrame, AnyByteChangedIsSafe) {
  UdpExtractor extractor(GetParam().link_type);
  const ByteVector& frame = GetParam().frame;
  for (std::size_t at = 0; at < frame.size(); ++at) {
    for (const std::uint8_t value : ByteVector{0x00, 0x01, 0x7f, 0x80, 0xff}) {
      ByteVector changed(frame);
      changed[at] = value;
      (void)extract(extractor, changed);
    }
  }
  extractor.finish();
  expect_balance(extractor.counts());
}

INSTANTIATE_TEST_SUITE_P(
    Frames, GoodFrame,
    testing::Values(
        FrameCase{"ethernet4", kEthernet, ethernet(kPacket4)}, FrameCase{"ethernet6", kEthernet, ethernet(kPacket6)},
        FrameCase{"vlan", kEthernet, ethernet(kPacket4, {0x8100})},
        FrameCase{"serviceVlan", kEthernet, ethernet(kPacket6, {0x88a8, 0x8100})},
        FrameCase{"oldQinq", kEthernet, ethernet(kPacket4, {0x9100, 0x9100, 0x8100, 0x8100})},
        FrameCase{"cooked4", kCooked, cooked(kPacket4)}, FrameCase{"cooked6", kCooked, cooked(kPacket6)},
        FrameCase{"cookedV2Ip4", kCooked2, cooked2(kPacket4)}, FrameCase{"cookedV2Ip6", kCooked2, cooked2(kPacket6)},
        FrameCase{"raw4", kRaw, kPacket4}, FrameCase{"raw6", kRaw, kPacket6}, FrameCase{"rawDlt", kRawDlt, kPacket4},
        FrameCase{"rawIpv4", kIpv4, kPacket4}, FrameCase{"rawIpv6", kIpv6, kPacket6},
        FrameCase{"nullLittleEndian", kNull, null_header({2, 0, 0, 0}, kPacket4)},
        FrameCase{"nullBigEndian", kNull, null_header({0, 0, 0, 2}, kPacket4)},
        FrameCase{"nullFreeBsd6", kNull, null_header({28, 0, 0, 0}, kPacket6)},
        FrameCase{"nullMacOs6", kNull, null_header({30, 0, 0, 0}, kPacket6)},
        FrameCase{"nullLinux6", kNull, null_header({0, 0, 0, 10}, kPacket6)},
        FrameCase{"loopOpenBsd6", kLoop, null_header({0, 0, 0, 24}, kPacket6)},
        FrameCase{"ipv4Options", kEthernet, ethernet(ipv4(udp(kPayload), {.option_words = 10}))},
        FrameCase{"hopByHop", kRaw, ipv6(extension(17, udp(kPayload)), 0)},
        FrameCase{"extensionChain", kRaw,
                  ipv6(extension(60, extension(43, extension(60, extension(17, udp(kPayload), 3)), 2)), 0)},
        FrameCase{"atomicFragment", kRaw, fragment6(udp(kPayload), 0, false)},
        FrameCase{"atomicFragmentThenOptions", kRaw, fragment6(extension(17, udp(kPayload)), 0, false, 7, 60)}),
    kCaseName);

class OtherFrame : public testing::TestWithParam<FrameCase> {};

TEST_P(OtherFrame, IsCountedAsOther) {
  UdpExtractor extractor(GetParam().link_type);
  EXPECT_FALSE(extract(extractor, GetParam().frame));
  EXPECT_EQ(extractor.counts().other.value(), 1U);
  expect_balance(extractor.counts());
}

ByteVector arp() {
  ByteVector out(12, 2);
  append_be(out, 0x0806, 2);
  out.resize(42);
  return out;
}

/// An ICMP port unreachable that quotes an export is not an export.
ByteVector icmp_quoting(const ByteVector& packet) {
  ByteVector icmp{3, 3, 0, 0, 0, 0, 0, 0};
  append(icmp, packet);
  return ipv4(icmp, {.protocol = 1});
}

INSTANTIATE_TEST_SUITE_P(
    Frames, OtherFrame,
    testing::Values(FrameCase{"arp", kEthernet, arp()}, FrameCase{"tcp", kRaw, ipv4(ByteVector(20), {.protocol = 6})},
                    FrameCase{"tcpFragment", kRaw, ipv4(ByteVector(24), {.protocol = 6, .more = true})},
                    FrameCase{"tcp6", kRaw, ipv6(extension(6, ByteVector(20)), 60)},
                    FrameCase{"icmpError", kRaw, icmp_quoting(kPacket4)},
                    FrameCase{"ipInIp", kRaw, ipv4(kPacket4, {.protocol = 4})},
                    FrameCase{"extensionNumberInIpv4", kRaw, ipv4(extension(17, udp(kPayload)), {.protocol = 60})},
                    FrameCase{"unknownFamily", kNull, null_header({7, 0, 0, 0}, kPacket4)},
                    FrameCase{"noIpVersion", kRaw, ByteVector(40, 0x30)}),
    kCaseName);

class BadFrame : public testing::TestWithParam<FrameCase> {};

TEST_P(BadFrame, IsCountedAsBad) {
  UdpExtractor extractor(GetParam().link_type);
  EXPECT_FALSE(extract(extractor, GetParam().frame));
  EXPECT_EQ(extractor.counts().bad.value(), 1U);
  expect_balance(extractor.counts());
}

ByteVector changed(ByteVector bytes, std::size_t at, std::uint8_t value) {
  bytes[at] = value;
  return bytes;
}

INSTANTIATE_TEST_SUITE_P(
    Frames, BadFrame,
    testing::Values(FrameCase{"udpLengthZero", kRaw, ipv4(udp(kPayload, 0))},
                    FrameCase{"udpLengthSeven", kRaw, ipv4(udp(kPayload, 7))},
                    FrameCase{"udpLongerThanIp", kRaw, ipv4(udp(kPayload, 8 + 11 + 1))},
                    FrameCase{"udpLongerThanIp6", kRaw, ipv6(udp(kPayload, 0xffff))},
                    FrameCase{"noRoomForUdpHeader", kRaw, ipv4(ByteVector(7))},
                    FrameCase{"ipHeaderTooShort", kRaw, changed(kPacket4, 0, 0x44)},
                    FrameCase{"ipShorterThanItsHeader", kRaw, ipv4(udp(kPayload), {.total_length = 19})},
                    FrameCase{"version6InIpv4Frame", kEthernet, changed(ethernet(kPacket4), 14, 0x65)},
                    FrameCase{"version4InIpv6Frame", kEthernet, changed(ethernet(kPacket6), 14, 0x45)},
                    FrameCase{"extensionLongerThanPacket", kRaw, ipv6(extension(17, udp(kPayload), 0), 0, 7)},
                    FrameCase{"extensionLengthHostile", kRaw, changed(ipv6(extension(17, udp(kPayload)), 0), 41, 0xff)},
                    FrameCase{"noRoomForFragmentHeader", kRaw, ipv6(ByteVector(7), 44)},
                    FrameCase{"emptyFragment", kRaw, ipv4({}, {.more = true})},
                    FrameCase{"fragmentPastTheEnd", kRaw, ipv4(ByteVector(64), {.offset = 65528})},
                    FrameCase{"fragmentOfOddLength", kRaw, ipv4(ByteVector(9), {.more = true})}),
    kCaseName);

TEST(UdpExtractor, PayloadEndsWhereUdpSaysNotWhereIpSays) {
  UdpExtractor extractor(kRaw);
  EXPECT_EQ(extract(extractor, ipv4(udp(kPayload, 8 + 4))), "flow");
}

TEST(UdpExtractor, EmptyDatagramIsHandedOn) {
  UdpExtractor extractor(kRaw);
  EXPECT_EQ(extract(extractor, ipv4(udp({}))), "");
}

TEST(UdpExtractor, LengthLeftToTheNetworkCardIsTheRestOfTheFrame) {
  UdpExtractor extractor(kRaw);
  EXPECT_EQ(extract(extractor, ipv4(udp(kPayload), {.total_length = 0})), "flow export");
  EXPECT_EQ(extract(extractor, ipv6(udp(kPayload), 17, 0)), "flow export");
}

TEST(UdpExtractor, FragmentsYieldOneDatagramWithTheLastFrameNumber) {
  const ByteVector whole = udp(ByteVector(3000, 'x'));
  UdpExtractor extractor(kEthernet);
  Datagram datagram;
  EXPECT_FALSE(extractor.extract(ethernet(ipv4(slice(whole, 0, 1480), {.more = true})), 10, 1, datagram));
  const auto last = ethernet(ipv4(slice(whole, 2960, 48), {.offset = 2960}));
  EXPECT_FALSE(extractor.extract(last, 20, 2, datagram));
  const auto middle = ethernet(ipv4(slice(whole, 1480, 1480), {.offset = 1480, .more = true}));
  ASSERT_TRUE(extractor.extract(middle, 30, 3, datagram));
  EXPECT_EQ(text_of(datagram), std::string(3000, 'x'));
  EXPECT_EQ(datagram.frame, 3U);
  EXPECT_EQ(datagram.received_ns, 30);
  EXPECT_EQ(datagram.exporter.to_string(), "192.0.2.1:40001");
  EXPECT_EQ(extractor.counts().fragments.value(), 3U);
  EXPECT_EQ(extractor.counts().reassembled.value(), 1U);
  expect_balance(extractor.counts());
}

TEST(UdpExtractor, Ipv6OptionsInsideTheFragmentablePartArePassedOver) {
  const ByteVector whole = extension(17, udp(ByteVector(100, 'y')));
  UdpExtractor extractor(kRaw);
  EXPECT_EQ(extract(extractor, fragment6(slice(whole, 64, whole.size() - 64), 64, false, 9, 60)), std::nullopt);
  EXPECT_EQ(extract(extractor, fragment6(slice(whole, 0, 64), 0, true, 9, 60)), std::string(100, 'y'));
}

TEST(UdpExtractor, ReassembledPacketWithBadContentIsCountedOnce) {
  const ByteVector not_udp = extension(6, ByteVector(56));
  const ByteVector nested = extension(44, changed(ByteVector(56), 3, 1));
  for (const auto* whole : {&not_udp, &nested}) {
    UdpExtractor extractor(kRaw);
    EXPECT_FALSE(extract(extractor, fragment6(slice(*whole, 0, 32), 0, true, 9, 60)));
    EXPECT_FALSE(extract(extractor, fragment6(slice(*whole, 32, 32), 32, false, 9, 60)));
    EXPECT_EQ(extractor.counts().reassembled.value(), 1U);
    EXPECT_EQ(extractor.counts().bad.value() + extractor.counts().other.value(), 1U);
    expect_balance(extractor.counts());
  }
}

TEST(UdpExtractor, CutFragmentIsTruncatedAndItsDatagramIncomplete) {
  const ByteVector whole = udp(ByteVector(100, 'z'));
  UdpExtractor extractor(kRaw);
  EXPECT_FALSE(extract(extractor, ipv4(slice(whole, 0, 64), {.more = true})));
  const ByteVector last = ipv4(slice(whole, 64, 44), {.offset = 64});
  EXPECT_FALSE(extract(extractor, slice(last, 0, last.size() - 1)));
  extractor.finish();
  EXPECT_EQ(extractor.counts().truncated.value(), 1U);
  EXPECT_EQ(extractor.counts().incomplete.value(), 1U);
  expect_balance(extractor.counts());
}

}  // namespace
}  // namespace flowcef::test
