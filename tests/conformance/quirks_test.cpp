// What exporters send besides the letter of their format, one test per device; each is named after the device.
#include "support/decode_fixture.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

constexpr std::size_t kNetflow9HeaderBytes = 20;

class Quirks : public DecodeFixture {
 protected:
  void expect_clean(std::size_t records) const {
    EXPECT_EQ(records_.size(), records);
    EXPECT_EQ(counters_.refused_total(), 0U);
  }
};

const ByteWriter& flow_template() {
  static const ByteWriter record = template_record(256, {{8, 4}, {12, 4}, {1, 4}});
  return record;
}

ByteWriter flow(std::uint32_t octets = 1) {
  return ByteWriter().u32(0x0a000001).u32(0x0a000002).u32(octets);
}

std::vector<std::uint8_t> filled_up(const MessageBuilder& message, std::size_t size) {
  auto bytes = message.bytes();
  bytes.resize(size);
  return bytes;
}

TEST_F(Quirks, PanOsFillsTheDatagramWithZeros) {
  decode(MessageBuilder::netflow9().templates(flow_template()));
  decode(filled_up(MessageBuilder::netflow9().set(256, flow()), 1400));
  expect_clean(1);
}

TEST_F(Quirks, PanOsSendsUnalignedSetsOfOneRecord) {
  MessageBuilder message = MessageBuilder::netflow9();
  message.templates(template_record(257, {{8, 4}, {371, 151}}));
  for (int i = 0; i < 3; ++i) message.set(257, ByteWriter().u32(1).text("user").zeros(147));
  EXPECT_EQ(message.bytes().size() - kNetflow9HeaderBytes, 16 + 3 * 159U);
  decode(message);
  expect_clean(3);
}

TEST_F(Quirks, CiscoAciPutsZerosBehindItsTemplates) {
  decode(MessageBuilder::netflow9().templates(flow_template()).raw(ByteWriter().zeros(64)));
  decode(MessageBuilder::netflow9().set(256, flow()));
  expect_clean(1);
}

TEST_F(Quirks, PaddingToAFixedDatagramSize) {
  decode(filled_up(MessageBuilder::netflow9().templates(flow_template()).set(256, flow()), 1408));
  decode(filled_up(MessageBuilder::ipfix().templates(flow_template()).set(256, flow()), 1408));
  expect_clean(2);
}

TEST_F(Quirks, NprobeAndWlcCountSetsInsteadOfRecords) {
  ByteWriter nineteen;
  for (std::uint32_t i = 0; i < 19; ++i) nineteen.append(flow(i).bytes());
  auto message = MessageBuilder::netflow9().templates(flow_template()).set(256, nineteen).bytes();
  for (const int count : {1, 2, 0, 255}) {
    records_.clear();
    message[3] = static_cast<std::uint8_t>(count);
    decode(message);
    expect_clean(19);
  }
}

class NxOsPadding : public Quirks, public testing::WithParamInterface<std::size_t> {};

TEST_P(NxOsPadding, IsNoRecord) {
  decode(MessageBuilder::netflow9()
             .templates(template_record(256, {{8, 4}, {12, 4}, {1, 8}, {2, 8}, {56, 6}, {80, 6}, {22, 4}, {21, 4}}))
             .set(256, flow().zeros(32 + GetParam())));
  expect_clean(1);
}

INSTANTIATE_TEST_SUITE_P(Nexus7700, NxOsPadding, testing::Values(24, 28, 36));

TEST_F(Quirks, IosNbarPadsNothing) {
  decode(MessageBuilder::netflow9()
             .options_templates(netflow9_options_record(260, {{1, 4}}, {{95, 4}, {96, 24}, {94, 55}}))
             .set(260, ByteWriter().u32(1).u32(0x0d000001).text("unknown").zeros(17 + 55)));
  expect_clean(1);
  EXPECT_TRUE(records_.at(0).options);
  EXPECT_EQ(records_[0].hex.at("applicationId"), "0d000001");
}

TEST_F(Quirks, H3cOddLengths) {
  decode(MessageBuilder::netflow9()
             .templates(template_record(3281, {{0, 1}, {43, 2}, {236, 65535}, {4, 1}}))
             .set(3281, ByteWriter().u8(9).u16(0x0a0b).u8(255).u16(1).u8(0).u8(6)));
  expect_clean(1);
  EXPECT_EQ(records_.at(0).hex.size(), 3U) << "type 0 is padding";
  EXPECT_EQ(records_[0].hex.at("ipv4RouterSc"), "0a0b");
  EXPECT_EQ(records_[0].hex.at("VRFname"), "00");
}

TEST_F(Quirks, HuaweiNetStreamTwoByteResponderOctets) {
  decode(MessageBuilder::netflow9()
             .templates(template_record(256, {{232, 2}, {4, 1}}))
             .set(256, ByteWriter().u16(0x1234).u8(6)));
  expect_clean(1);
  EXPECT_EQ(records_.at(0).hex.at("responderOctets"), "1234");
}

TEST_F(Quirks, FortiOsOwnNumbersAndLengths) {
  decode(MessageBuilder::netflow9()
             .templates(template_record(257, {{1, 8}, {23, 8}, {2, 4}, {24, 4}, {65, 2}, {95, 9}}))
             .options_templates(netflow9_options_record(258, {{1, 2}}, {{95, 9}, {96, 4}}))
             .set(257, ByteWriter().u64(10).u64(20).u32(1).u32(2).u16(0x8001).u8(20).u64(7))
             .set(258, ByteWriter().u16(1).u8(20).u64(7).text("SSL ")));
  expect_clean(2);
  EXPECT_EQ(records_.at(0).hex.at("octetDeltaCount"), "000000000000000a");
  EXPECT_EQ(records_[0].hex.at("postOctetDeltaCount"), "0000000000000014");
  EXPECT_EQ(records_[0].hex.at("4294967295:65"), "8001") << "no element of IANA's";
  EXPECT_EQ(records_[0].hex.at("applicationId"), "140000000000000007");
  EXPECT_EQ(records_.at(1).hex.at("scopeSystem"), "0001");
}

TEST_F(Quirks, JunosSrxScopeOfNoBytes) {
  decode(MessageBuilder::netflow9()
             .options_templates(netflow9_options_record(256, {{1, 0}}, {{34, 4}, {35, 1}}))
             .set(256, ByteWriter().u32(100).u8(2).zeros(3)));
  expect_clean(1);
  EXPECT_EQ(records_.at(0).hex.at("samplingInterval"), "00000064");
}

TEST_F(Quirks, JunosMxOwnElementAndADomainPerFamily) {
  decode(MessageBuilder::ipfix(1'700'000'000, 524288).templates(template_record(256, {{8, 4}, {137, 2, 2636}})));
  decode(MessageBuilder::ipfix(1'700'000'000, 524289).templates(template_record(256, {{27, 16}, {137, 2, 2636}})));
  decode(MessageBuilder::ipfix(1'700'000'000, 524288).set(256, ByteWriter().u32(1).u16(2 << 10 | 7)));
  decode(MessageBuilder::ipfix(1'700'000'000, 524289).set(256, ByteWriter().u64(1).u64(2).u16(0)));
  expect_clean(2);
  EXPECT_EQ(records_.at(0).hex.at("2636:137"), "0807");
  EXPECT_TRUE(records_.at(1).hex.contains("sourceIPv6Address"));
}

// PX-06: integers in fewer bytes than their type.
TEST_F(Quirks, IptNetflowRepeatsTemplatesInMidPacketAndReducesSizes) {
  const ByteWriter small = template_record(260, {{8, 4}, {1, 2}, {2, 2}, {16, 2}});
  const ByteWriter record = ByteWriter().u32(1).u16(500).u16(3).u16(64512);
  decode(MessageBuilder::netflow9()
             .templates(flow_template())
             .set(256, flow())
             .templates(small)
             .set(260, record)
             .templates(flow_template())
             .set(256, flow())
             .templates(small)
             .set(260, record));
  expect_clean(4);
  EXPECT_EQ(records_.at(3).hex.at("octetDeltaCount"), "01f4");
  EXPECT_EQ(counters_.templates.value(), 2U) << "a repetition is nothing new";
}

TEST_F(Quirks, MikroTikImplausibleCountersStayAsTheyAre) {
  decode(MessageBuilder::netflow9()
             .templates(template_record(256, {{1, 8}, {2, 8}, {27, 16}, {9, 1}, {29, 1}}))
             .set(256, ByteWriter().u64(UINT64_MAX).u64(0).u64(1).u64(2).u8(0).u8(64)));
  expect_clean(1);
  EXPECT_EQ(records_.at(0).hex.at("octetDeltaCount"), "ffffffffffffffff");
}

// PX-03: what no table knows costs nothing.
TEST_F(Quirks, BarracudaElementsUnderTwoEnterprises) {
  decode(MessageBuilder::ipfix()
             .templates(template_record(256, {{1, 4, 10704}, {1, 4, 12326}, {4, 1}}))
             .set(256, ByteWriter().u32(1).u32(2).u8(6)));
  expect_clean(1);
  EXPECT_EQ(records_.at(0).hex.at("10704:1"), "00000001");
  EXPECT_EQ(records_[0].hex.at("12326:1"), "00000002");
}

// PX-04: neither of its two ranges has an enterprise bit.
TEST_F(Quirks, RiverbedReusesNumbers) {
  decode(MessageBuilder::netflow9()
             .templates(template_record(256, {{105, 4}, {51105, 4}, {4, 1}}))
             .set(256, ByteWriter().u32(1).u32(2).u8(6)));
  expect_clean(1);
  EXPECT_EQ(records_.at(0).hex.at("4294967295:105"), "00000001");
  EXPECT_EQ(records_[0].hex.at("4294967295:51105"), "00000002");
}

TEST_F(Quirks, ProceraBothFamiliesAndFloats) {
  decode(MessageBuilder::ipfix()
             .templates(template_record(256, {{8, 4}, {27, 16}, {320, 4}}))
             .set(256, ByteWriter().u32(0x0a000001).zeros(16).u32(0x3f800000)));
  expect_clean(1);
  EXPECT_EQ(records_.at(0).hex.at("sourceIPv4Address"), "0a000001");
  EXPECT_EQ(records_[0].hex.at("sourceIPv6Address"), std::string(32, '0'));
  EXPECT_EQ(records_[0].hex.at("absoluteError"), "3f800000");
}

TEST_F(Quirks, ViptelaPaddingOctetsAndBothKindsOfCounters) {
  decode(MessageBuilder::ipfix()
             .templates(template_record(257, {{8, 4}, {210, 7}, {1, 8}, {85, 8}, {2, 8}, {86, 8}, {210, 1}}))
             .set(257, ByteWriter().u32(1).zeros(7).u64(10).u64(100).u64(1).u64(10).u8(0)));
  expect_clean(1);
  EXPECT_EQ(records_.at(0).hex.size(), 5U);
  EXPECT_EQ(records_[0].hex.at("octetDeltaCount"), "000000000000000a");
  EXPECT_EQ(records_[0].hex.at("octetTotalCount"), "0000000000000064");
}

// PX-06: variable lengths, 39 of them.
TEST_F(Quirks, NetScalerTemplatesOfUndocumentedTexts) {
  ByteWriter layout;
  layout.u16(258).u16(39);
  ByteWriter record;
  for (std::uint16_t i = 0; i < 39; ++i) {
    write_field(layout, {static_cast<std::uint16_t>(270 + i), 65535, 5951});
    record.variable(std::string(i, 'x'));
  }
  decode(MessageBuilder::ipfix().templates(layout).set(258, record.append(std::vector(record.bytes()))));
  expect_clean(2);
  EXPECT_EQ(records_.at(1).hex.size(), 39U);
  EXPECT_EQ(records_[1].hex.at("5951:308").size(), 2 * 38U);
}

TEST_F(Quirks, YafHighTemplateIdsListsAndScopes) {
  const ByteWriter list = ByteWriter().u8(3).u16(49154).u16(8).u32(7);  // a block of one record
  decode(
      MessageBuilder::ipfix()
          .templates(template_record(49154, {{1, 4}}).append(template_record(45841, {{8, 4}, {293, 65535}}).bytes()))
          .options_templates(ipfix_options_record(53248, {{160, 8}, {42, 8}}, {{41, 8}}))
          .set(45841, ByteWriter().u32(1).variable({reinterpret_cast<const char*>(list.bytes().data()), list.size()}))
          .set(53248, ByteWriter().u64(1'699'999'000'000).u64(5).u64(6)));
  expect_clean(2);
  EXPECT_EQ(records_.at(0).hex.at("subTemplateMultiList"), "03c002000800000007");
  EXPECT_TRUE(records_.at(1).options);
  EXPECT_EQ(records_[1].hex.at("exportedFlowRecordTotalCount"), "0000000000000005");
}

TEST_F(Quirks, AsaThirteenTemplatesAtOnceAndTwoFamiliesOfNumbers) {
  ByteWriter thirteen;
  for (std::uint16_t i = 0; i < 13; ++i) {
    const auto id = static_cast<std::uint16_t>(256 + i);
    thirteen.append(template_record(id, {{8, 4}, {233, 1}, {40005, 1}, {33002, 2}, {231, 4}, {85, 4}}).bytes());
  }
  Decoder decoder(registry_, input_, counters_, *this);
  const auto templates = MessageBuilder::netflow9().templates(thirteen).bytes();
  const ByteWriter record = ByteWriter().u32(1).u8(3).u8(3).u16(1001).u32(5).u32(6);
  const auto data = MessageBuilder::netflow9().set(256, record).set(268, record).bytes();
  decoder.decode(datagram_of(templates));
  decoder.decode(datagram_of(data));
  expect_clean(2);
  EXPECT_EQ(records_.at(1).hex.at("firewallEvent"), "03");
  EXPECT_EQ(records_[1].hex.at("4294967295:40005"), "03");
  EXPECT_EQ(records_[1].hex.at("4294967295:33002"), "03e9");
}

TEST_F(Quirks, Asr9000FlowLabelOfFourBytesAndLoneOptionsTemplates) {
  decode(MessageBuilder::netflow9().options_templates(netflow9_options_record(256, {{1, 4}}, {{10, 4}, {83, 8}})));
  decode(MessageBuilder::netflow9().options_templates(netflow9_options_record(257, {{1, 4}}, {{234, 4}, {236, 8}})));
  decode(MessageBuilder::netflow9()
             .templates(template_record(258, {{31, 4}, {4, 1}}))
             .set(256, ByteWriter().u32(1).u32(2).text("Te0/0/0").u8(0))
             .set(257, ByteWriter().u32(1).u32(3).text("red").zeros(5))
             .set(258, ByteWriter().u32(0x000abcde).u8(6)));
  expect_clean(3);
  EXPECT_EQ(records_.at(2).hex.at("flowLabelIPv6"), "000abcde");
}

/// What becomes of times and ports needs the line.
class QuirkLines : public RenderFixture {
 protected:
  void SetUp() override {
    use_keys(R"(
rt = ["observationTimeMilliseconds", "@export_time"]
spt = "sourceTransportPort"
dpt = "destinationTransportPort"
start = "@start"
end = "@end"
)");
  }
};

constexpr std::uint32_t kQuirkExport = 1'700'000'000;
constexpr std::uint64_t kBoot = 1'699'999'000'000;

TEST_F(QuirkLines, SoftflowdStatesTheBootTimeInOptions) {
  const auto made =
      lines(MessageBuilder::ipfix(kQuirkExport)
                .templates(template_record(256, {{22, 4}, {21, 4}}))
                .options_templates(ipfix_options_record(257, {{143, 4}}, {{160, 8}, {304, 2}, {305, 2}, {306, 4}}))
                .set(257, ByteWriter().u32(1).u64(kBoot).u16(1).u16(1).u32(0))
                .set(256, ByteWriter().u32(1000).u32(2500)));
  ASSERT_EQ(made.size(), 2U);
  EXPECT_NE(made[1].find("start=1699999001000 end=1699999002500"), std::string::npos) << made[1];
}

// The boot time may stand before or behind the uptimes.
TEST_F(QuirkLines, MikroTikStatesTheBootTimeInEachRecord) {
  const auto before = lines(MessageBuilder::ipfix(kQuirkExport)
                                .templates(template_record(256, {{160, 8}, {22, 4}, {21, 4}}))
                                .set(256, ByteWriter().u64(kBoot).u32(1000).u32(2500)));
  const auto behind = lines(MessageBuilder::ipfix(kQuirkExport)
                                .templates(template_record(257, {{22, 4}, {21, 4}, {160, 8}}))
                                .set(257, ByteWriter().u32(1000).u32(2500).u64(kBoot)));
  for (const std::string& line : {before.at(0), behind.at(0)}) {
    EXPECT_NE(line.find("start=1699999001000 end=1699999002500"), std::string::npos) << line;
  }
}

TEST_F(QuirkLines, SonicWallUptimesWithoutABootTime) {
  const auto made = lines(MessageBuilder::ipfix(kQuirkExport)
                              .templates(template_record(256, {{22, 4}, {21, 4}}))
                              .set(256, ByteWriter().u32(1000).u32(2500)));
  EXPECT_EQ(made.at(0).find("start="), std::string::npos) << "no time is better than a wrong one";
  EXPECT_NE(made.at(0).find("XFlowStartSysUpTime=1000 XFlowEndSysUpTime=2500"), std::string::npos) << made[0];
}

TEST_F(QuirkLines, ViptelaStatesSecondsOnly) {
  const auto made = lines(MessageBuilder::ipfix(kQuirkExport)
                              .templates(template_record(256, {{150, 4}, {151, 4}}))
                              .set(256, ByteWriter().u32(kQuirkExport - 10).u32(kQuirkExport - 5)));
  EXPECT_NE(made.at(0).find("start=1699999990000 end=1699999995000"), std::string::npos) << made[0];
}

// The seconds hold whatever stands in the fraction.
TEST_F(QuirkLines, NetScalerMicrosecondsWithASuspectFraction) {
  constexpr std::uint64_t kNtp = kQuirkExport + 2'208'988'800ULL;
  const auto made = lines(MessageBuilder::ipfix(kQuirkExport)
                              .templates(template_record(256, {{154, 8}, {155, 8}}))
                              .set(256, ByteWriter().u64(kNtp << 32 | 0x000f'423f).u64(kNtp << 32 | 0xff00'0000)));
  EXPECT_NE(made.at(0).find("start=1700000000000 "), std::string::npos) << made[0];
  EXPECT_NE(made[0].find("end=1700000000996"), std::string::npos) << made[0];
}

TEST_F(QuirkLines, MerakiFlowsOfTwoDaysHaveTwoDates) {
  const ByteWriter layout = template_record(256, {{22, 4}, {21, 4}});
  const auto today = lines(MessageBuilder::netflow9(kQuirkExport, 86'400'000)
                               .templates(layout)
                               .set(256, ByteWriter().u32(86'399'000).u32(86'399'500)));
  const auto tomorrow = lines(MessageBuilder::netflow9(kQuirkExport + 86'400, 172'800'000)
                                  .set(256, ByteWriter().u32(172'799'000).u32(172'799'500)));
  EXPECT_NE(today.at(0).find("start=1699999999000 end=1699999999500"), std::string::npos) << today[0];
  EXPECT_NE(tomorrow.at(0).find("start=1700086399000 end=1700086399500"), std::string::npos) << tomorrow[0];
}

TEST_F(QuirkLines, Pa5420EventsWithoutAnObservationTime) {
  const auto made = lines(MessageBuilder::netflow9(kQuirkExport, 1'000'000)
                              .templates(template_record(256, {{8, 4}, {233, 1}, {22, 4}}))
                              .set(256, ByteWriter().u32(1).u8(1).u32(999'000)));
  EXPECT_NE(made.at(0).find("|rt=1700000000000 "), std::string::npos) << "the export's time: " << made[0];
  EXPECT_NE(made[0].find("start=1699999999000"), std::string::npos) << made[0];
}

// Whatever stands in them, the ports of ICMP are no ports.
TEST_F(QuirkLines, SomeCiscoSwapIcmpTypeAndCodeIntoTheSourcePort) {
  ByteWriter bytes = netflow5_header({});
  bytes.append(netflow5_record({.source_port = 0x0008, .destination_port = 0, .protocol = 1}).bytes());
  const auto made = lines(bytes.bytes());
  EXPECT_EQ(made.at(0).find("spt="), std::string::npos) << made[0];
  EXPECT_EQ(made[0].find("dpt="), std::string::npos) << made[0];
  EXPECT_NE(made[0].find("XSourceTransportPort=8"), std::string::npos) << made[0];
}

}  // namespace
}  // namespace flowcef::test
