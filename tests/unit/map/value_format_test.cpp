// What each data type at each length looks like on a line.
#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

using namespace std::string_literals;

struct ValueCase {
  const char* name;
  FieldSpec field;
  ByteWriter value;
  const char* extension;
};

void PrintTo(const ValueCase& row, std::ostream* out) {
  *out << row.name;
}

class Values : public RenderFixture, public testing::WithParamInterface<ValueCase> {};

TEST_P(Values, AreWrittenByTypeAndLength) {
  EXPECT_EQ(extension_of(GetParam().field, GetParam().value), GetParam().extension);
}

INSTANTIATE_TEST_SUITE_P(
    Generated, Values,
    testing::Values(
        ValueCase{"Unsigned1", {4, 1}, ByteWriter().u8(255), "XProtocolIdentifier=255"},
        ValueCase{"Unsigned2", {7, 2}, ByteWriter().u16(65535), "XSourceTransportPort=65535"},
        ValueCase{"Unsigned3", {1, 3}, ByteWriter().number(0x010000, 3), "XOctetDeltaCount=65536"},
        ValueCase{"Unsigned4", {1, 4}, ByteWriter().u32(0xffffffff), "XOctetDeltaCount=4294967295"},
        ValueCase{"Unsigned7", {1, 7}, ByteWriter().number(1ULL << 48, 7), "XOctetDeltaCount=281474976710656"},
        ValueCase{"Unsigned8", {1, 8}, ByteWriter().u64(~0ULL), "XOctetDeltaCount=18446744073709551615"},
        ValueCase{"UnsignedZero", {1, 8}, ByteWriter().u64(0), "XOctetDeltaCount=0"},
        ValueCase{"UnsignedTooLong", {1, 10}, ByteWriter().zeros(9).u8(7), "XOctetDeltaCount=7"},
        ValueCase{"UnsignedBeyond64Bits", {1, 9}, ByteWriter().u8(1).u64(0), "XOctetDeltaCount=010000000000000000"},
        ValueCase{"Signed", {434, 4}, ByteWriter().u32(0xfffffffe), "XMibObjectValueInteger=-2"},
        ValueCase{"SignedReduced", {434, 1}, ByteWriter().u8(0x80), "XMibObjectValueInteger=-128"},
        ValueCase{"Ipv4", {8, 4}, ByteWriter().u32(0x7f000001), "XSourceIPv4Address=127.0.0.1"},
        ValueCase{"Ipv4OfThreeBytes", {8, 3}, ByteWriter().number(0x0a0b0c, 3), "XSourceIPv4Address=0a0b0c"},
        ValueCase{"Ipv6", {27, 16}, ByteWriter().u64(0x20010db8'00000000).u64(1), "XSourceIPv6Address=2001:db8::1"},
        ValueCase{"Ipv4MappedIpv6",
                  {27, 16},
                  ByteWriter().u64(0).u32(0xffff).u32(0xc0000201),
                  "XSourceIPv6Address=192.0.2.1"},
        ValueCase{"Mac", {56, 6}, ByteWriter().number(0x00aabbccddee, 6), "XSourceMacAddress=00:aa:bb:cc:dd:ee"},
        ValueCase{"MacOfFiveBytes", {56, 5}, ByteWriter().number(0xaabbccddee, 5), "XSourceMacAddress=aabbccddee"},
        ValueCase{"Text", {82, 8}, ByteWriter().text("eth0").zeros(4), "XInterfaceName=eth0"},
        ValueCase{"TextWithJunkBehindNul", {82, 8}, ByteWriter().text("eth0\0old"s), "XInterfaceName=eth0"},
        ValueCase{"TextOfOneNul", {82, 4}, ByteWriter().zeros(4), ""},
        ValueCase{"TextForgesNothing", {82, 9}, ByteWriter().text("a src=1\n|"), R"(XInterfaceName=a src\=1\n|)"},
        ValueCase{"Octets", {70, 3}, ByteWriter().number(0x0d01ff, 3), "XMplsTopLabelStackSection=0d01ff"},
        // RFC 6759: engine and selector, with leading zeros or without; of engine 20 with the enterprise between them.
        ValueCase{"ApplicationId", {95, 4}, ByteWriter().u32(0x0d00000a), "XApplicationId=13:10"},
        ValueCase{"ApplicationIdShort", {95, 2}, ByteWriter().u16(0x0d0a), "XApplicationId=13:10"},
        ValueCase{"ApplicationIdOfOneByte", {95, 1}, ByteWriter().u8(3), "XApplicationId=3:0"},
        ValueCase{"ApplicationIdWithPen",
                  {95, 9},
                  ByteWriter().u8(20).u32(12356).u32(36660),
                  "XApplicationId=20:12356:36660"},
        ValueCase{"ApplicationIdWithHalfAPen", {95, 3}, ByteWriter().u8(20).u16(1), "XApplicationId=140001"},
        ValueCase{"ApplicationIdOfWideSelector",
                  {95, 10},
                  ByteWriter().u8(13).u8(1).u64(0),
                  "XApplicationId=0d010000000000000000"},
        ValueCase{"ApplicationIdTooLong",
                  {95, 21},
                  ByteWriter().u8(13).zeros(20),
                  "XApplicationId=0d0000000000000000000000000000000000000000"},
        ValueCase{"BooleanTrue", {276, 1}, ByteWriter().u8(1), "XDataRecordsReliability=true"},
        ValueCase{"BooleanFalse", {276, 1}, ByteWriter().u8(2), "XDataRecordsReliability=false"},
        ValueCase{"BooleanOther", {276, 1}, ByteWriter().u8(3), "XDataRecordsReliability=3"},
        ValueCase{"Float64", {311, 8}, ByteWriter().u64(0x3fb999999999999a), "XSamplingProbability=0.1"},
        ValueCase{"Float64AsFloat32", {311, 4}, ByteWriter().u32(0x3e800000), "XSamplingProbability=0.25"},
        ValueCase{"FloatNotANumber", {311, 8}, ByteWriter().u64(0x7ff8000000000000), "XSamplingProbability=nan"},
        ValueCase{"Seconds", {150, 4}, ByteWriter().u32(1700000000), "XFlowStartSeconds=1700000000"},
        ValueCase{"Milliseconds", {152, 8}, ByteWriter().u64(1700000000123), "XFlowStartMilliseconds=1700000000123"},
        ValueCase{"Microseconds",
                  {154, 8},
                  ByteWriter().u32(1700000000U + 2208988800U).u32(0x80000000),
                  "XFlowStartMicroseconds=1700000000500000"},
        ValueCase{"Nanoseconds",
                  {156, 8},
                  ByteWriter().u32(1700000000U + 2208988800U).u32(0x80000000),
                  "XFlowStartNanoseconds=1700000000500000000"},
        ValueCase{"UnknownElement", {499, 2, 99999}, ByteWriter().u16(0x0102), "XPen99999Id499=0102"},
        ValueCase{"UnknownIanaElement", {20000, 2}, ByteWriter().u16(0x0102), "XElement20000=0102"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(Values, VariableLengthNumbersAndTexts) {
  const auto layout = template_record(300, {{1, 65535}, {82, 65535}, {95, 65535}});
  EXPECT_EQ(extension(MessageBuilder::ipfix().templates(layout).set(
                300, ByteWriter().u8(2).u16(513).variable("if 1").variable("\x01\x02"))),
            "XOctetDeltaCount=513 XInterfaceName=if 1 XApplicationId=1:2");
  EXPECT_EQ(extension(MessageBuilder::ipfix().set(300, ByteWriter().u8(0).u8(0).u8(0))), "");
  EXPECT_EQ(extension(MessageBuilder::ipfix().set(300, ByteWriter().u8(9).zeros(9).u8(0).u8(0))), "XOctetDeltaCount=0");
}

// PX-05: repeated elements are kept apart.
TEST_F(Values, RepeatedElementsAreNumbered) {
  const auto layout = template_record(300, {{8, 4}, {8, 4}, {8, 4}});
  EXPECT_EQ(extension(MessageBuilder::ipfix().templates(layout).set(300, ByteWriter().u32(1).u32(2).u32(3))),
            "XSourceIPv4Address=0.0.0.1 XSourceIPv4Address2=0.0.0.2 XSourceIPv4Address3=0.0.0.3");
}

TEST_F(Values, ARepeatedElementFillsItsKeyOnce) {
  use_keys("src = \"sourceIPv4Address\"");
  const auto layout = template_record(300, {{8, 4}, {8, 4}});
  EXPECT_EQ(extension(MessageBuilder::ipfix().templates(layout).set(300, ByteWriter().u32(1).u32(2))),
            "src=0.0.0.1 XSourceIPv4Address2=0.0.0.2");
}

// An IPv4 address in the wrong length is no address: it must not reach src.
TEST_F(Values, WrongLengthsDoNotReachTypedKeys) {
  use_keys("src = \"sourceIPv4Address\"\nsmac = \"sourceMacAddress\"");
  EXPECT_EQ(extension_of({8, 3}, ByteWriter().number(0x0a0b0c, 3)), "XSourceIPv4Address=0a0b0c");
}

// The standard's range of a key, where that is narrower than its type.
TEST_F(Values, NumbersOutsideTheRangeOfAKeyDoNotReachIt) {
  use_keys("spt = \"sourceTransportPort\"\ndeviceDirection = \"flowDirection\"");
  EXPECT_EQ(extension_of({7, 2}, ByteWriter().u16(65535)), "spt=65535");
  EXPECT_EQ(extension_of({7, 4}, ByteWriter().u32(65535)), "spt=65535");
  EXPECT_EQ(extension_of({7, 4}, ByteWriter().u32(65536)), "XSourceTransportPort=65536");
  EXPECT_EQ(extension_of({61, 1}, ByteWriter().u8(1)), "deviceDirection=1");
  EXPECT_EQ(extension_of({61, 1}, ByteWriter().u8(2)), "XFlowDirection=2");
}

TEST_F(Values, TextsAreCutToTheKeysLengthAndThenGoOutWholeAsWell) {
  use_keys("app = \"applicationName\"");
  EXPECT_EQ(extension_of({96, 31}, ByteWriter().text(std::string(31, 'a'))), "app=" + std::string(31, 'a'));
  EXPECT_EQ(extension_of({96, 40}, ByteWriter().text(std::string(31, 'a')).zeros(9)), "app=" + std::string(31, 'a'));
  EXPECT_EQ(extension_of({96, 40}, ByteWriter().text(std::string(40, 'a'))),
            "app=" + std::string(31, 'a') + " XApplicationName=" + std::string(40, 'a'));
}

TEST_F(Values, NumbersAboveTheKeysLimitGoOutUnderTheGeneratedKey) {
  use_keys("in = \"octetDeltaCount\"");
  EXPECT_EQ(extension_of({1, 8}, ByteWriter().u64(2147483647)), "in=2147483647");
  EXPECT_EQ(extension_of({1, 8}, ByteWriter().u64(2147483648)), "XOctetDeltaCount=2147483648");
}

TEST_F(Values, WhatATypedKeyCannotShowGoesOutUnderTheGeneratedKey) {
  use_keys(
      "in = \"octetDeltaCount\"\ncfp1 = { from = \"samplingProbability\", label = \"P\" }\n"
      "proto = { from = \"protocolIdentifier\", table = \"protocol\" }\n"
      "deviceInboundInterface = \"ingressInterface\"");
  const std::string huge = "01" + std::string(16, '0');
  EXPECT_EQ(extension_of({1, 9}, ByteWriter().u8(1).u64(0)), "XOctetDeltaCount=" + huge);
  EXPECT_EQ(extension_of({4, 9}, ByteWriter().u8(1).u64(0)), "XProtocolIdentifier=" + huge);
  EXPECT_EQ(extension_of({10, 9}, ByteWriter().u8(1).u64(0)), "XIngressInterface=" + huge);
  EXPECT_EQ(extension_of({10, 9}, ByteWriter().u8(0).u64(7)), "deviceInboundInterface=7");
  EXPECT_EQ(extension_of({311, 8}, ByteWriter().u64(0x7ff0000000000000)), "XSamplingProbability=inf");
  const auto variable = template_record(301, {{1, 65535}});
  EXPECT_EQ(extension(MessageBuilder::ipfix().templates(variable).set(301, ByteWriter().u8(9).u8(1).u64(0))),
            "XOctetDeltaCount=" + huge);
  EXPECT_EQ(extension(MessageBuilder::ipfix().set(301, ByteWriter().u8(9).u8(0).u64(5))), "in=5");
}

// Issued by hosts that see IPv4 peers through IPv6 sockets: CEF's IPv6 slots are not for them.
TEST_F(Values, Ipv4InIpv6FormIsIpv4) {
  use_keys("src = \"sourceIPv4Address\"\nc6a2 = { from = \"sourceIPv6Address\", label = \"S6\" }");
  EXPECT_EQ(extension_of({27, 16}, ByteWriter().u64(0).u32(0xffff).u32(0x0a000001)),
            "src=10.0.0.1 XSourceIPv6Address=10.0.0.1");
  EXPECT_EQ(extension_of({27, 16}, ByteWriter().u64(0).u64(1)), "c6a2Label=S6 c6a2=::1");
}

// What some exporters put where ports are is ICMP's type and code: it must not pass for a port.
TEST_F(Values, IcmpHasNoPorts) {
  use_keys("spt = \"sourceTransportPort\"\ndpt = \"destinationTransportPort\"");
  const auto layout = template_record(300, {{7, 2}, {11, 2}, {4, 1}});
  EXPECT_EQ(extension(MessageBuilder::ipfix().templates(layout).set(300, ByteWriter().u16(0).u16(2048).u8(1))),
            "XSourceTransportPort=0 XDestinationTransportPort=2048 XProtocolIdentifier=1");
  EXPECT_EQ(extension(MessageBuilder::ipfix().set(300, ByteWriter().u16(5).u16(80).u8(6))),
            "spt=5 dpt=80 XProtocolIdentifier=6");
}

TEST_F(Values, ManyRepeatsCompileInLinearTime) {
  ByteWriter layout;
  layout.u16(300).u16(2048);
  for (int i = 0; i < 2048; ++i) write_field(layout, {4, 1});
  const auto made = extension(MessageBuilder::ipfix().templates(layout).set(300, ByteWriter().zeros(2048)));
  EXPECT_TRUE(made.ends_with("XProtocolIdentifier2048=0"));
}

TEST_F(Values, CustomSendsBoth) {
  use_keys("in = { from = \"octetDeltaCount\", custom = true }");
  EXPECT_EQ(extension_of({1, 8}, ByteWriter().u64(5)), "in=5 XOctetDeltaCount=5");
  EXPECT_EQ(extension_of({1, 8}, ByteWriter().u64(5'000'000'000)), "XOctetDeltaCount=5000000000");
}

TEST_F(Values, WideInLiftsTheLimitOfInAndOutOnly) {
  use_keys("in = \"octetDeltaCount\"\nfsize = \"octetTotalCount\"");
  use_rendering({.wide_in = true});
  const auto layout = template_record(300, {{1, 8}, {85, 8}});
  EXPECT_EQ(
      extension(MessageBuilder::ipfix().templates(layout).set(300, ByteWriter().u64(5'000'000'000).u64(6'000'000'000))),
      "in=5000000000 XOctetTotalCount=6000000000");
}

TEST_F(Values, LabelsGoBeforeTheirSlot) {
  use_keys("cn1 = { from = \"packetDeltaCount\", label = \"Packets\" }");
  EXPECT_EQ(extension_of({2, 4}, ByteWriter().u32(9)), "cn1Label=Packets cn1=9");
}

TEST_F(Values, ALabelWithoutValueIsLeftOut) {
  use_keys("cs1 = { from = \"interfaceName\", label = \"Interface\" }");
  EXPECT_EQ(extension_of({82, 4}, ByteWriter().zeros(4)), "");
}

TEST_F(Values, TablesTurnNumbersIntoTexts) {
  use_keys("proto = { from = \"protocolIdentifier\", table = \"protocol\" }");
  EXPECT_EQ(extension_of({4, 1}, ByteWriter().u8(6)), "proto=TCP");
  EXPECT_EQ(extension_of({4, 1}, ByteWriter().u8(200)), "proto=200") << "a number that no table has stays a number";
}

TEST_F(Values, TheFirstSourceThatTheTemplateHasIsTaken) {
  use_keys("spt = [\"sourceTransportPort\", \"udpSourcePort\"]");
  EXPECT_EQ(extension_of({180, 2}, ByteWriter().u16(53)), "spt=53");
  const auto both = template_record(301, {{180, 2}, {7, 2}});
  EXPECT_EQ(extension(MessageBuilder::ipfix().templates(both).set(301, ByteWriter().u16(53).u16(54))),
            "spt=54 XUdpSourcePort=53");
}

// Procera sends both address families in each record, one of them zero.
TEST_F(Values, OfTwoFamiliesTheUnusedOneIsLeftOut) {
  use_keys("src = \"sourceIPv4Address\"\nc6a2 = { from = \"sourceIPv6Address\", label = \"S6\" }");
  const auto layout = template_record(300, {{8, 4}, {27, 16}});
  const auto record = [&](std::uint32_t v4, std::uint64_t v6) {
    return extension(MessageBuilder::ipfix().templates(layout).set(300, ByteWriter().u32(v4).u64(0).u64(v6)));
  };
  EXPECT_EQ(record(0x0a000001, 0), "src=10.0.0.1");
  EXPECT_EQ(record(0, 1), "c6a2Label=S6 c6a2=::1");
  EXPECT_EQ(record(0, 0), "src=0.0.0.0");
  EXPECT_EQ(record(1, 1), "src=0.0.0.1 c6a2Label=S6 c6a2=::1");
}

}  // namespace
}  // namespace flowcef::test
