// What the documents of other collectors say that exporters send and that a bridge has to make of it: the statements
// about formats. SS: StreamSets, SK: Skylight.
#include <set>

#include "support/decode_fixture.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

constexpr std::uint32_t kExport = 1'700'000'000;

class Documents : public DecodeFixture {};

std::vector<std::uint8_t> netflow5(const Netflow5Record& record = {}) {
  return netflow5_header({}).append(netflow5_record(record).bytes()).bytes();
}

// SS-01, SK-01: one exporter may send all of them.
TEST_F(Documents, EveryFormatInTurn) {
  const ByteWriter layout = template_record(256, {{4, 1}});
  decode(netflow5());
  decode(MessageBuilder::netflow9().templates(layout).set(256, ByteWriter().u8(6)));
  decode(MessageBuilder::ipfix().templates(layout).set(256, ByteWriter().u8(17)));
  ASSERT_EQ(contexts_.size(), 3U);
  EXPECT_EQ(contexts_[0].format, ExportFormat::netflow5);
  EXPECT_EQ(contexts_[1].format, ExportFormat::netflow9);
  EXPECT_EQ(contexts_[2].format, ExportFormat::ipfix);
  EXPECT_EQ(counters_.refused_total(), 0U);
}

// SS-02: what limits templates does not concern v5.
TEST_F(Documents, Netflow5NeedsNoTemplates) {
  DecodeConfig config;
  config.max_templates = 1;
  InputState input(config);
  Decoder decoder(registry_, input, counters_, *this);
  const auto templates = MessageBuilder::netflow9().templates(template_record(256, {{4, 1}})).bytes();
  const auto flows = netflow5();
  decoder.decode(datagram_of(templates));
  decoder.decode(datagram_of(flows));
  EXPECT_EQ(records_.size(), 1U);
  EXPECT_EQ(counters_.templates_ejected.value(), 0U);
}

// SS-21: who sent and who received, IPv6 included.
TEST_F(Documents, BothEndsOfADatagramAreKnown) {
  const auto payload = netflow5();
  Datagram datagram = datagram_of(payload, "2001:db8::9", 50001);
  datagram.listener = {*IpAddress::parse("::1"), 9999};
  decoder_.decode(datagram);
  EXPECT_EQ(contexts_.at(0).exporter, datagram.exporter);
  EXPECT_EQ(contexts_[0].listener, datagram.listener);
}

/// Keeps the bytes of the export header of what it is handed.
struct HeaderKeeper final : DataSetHandler {
  void on_data_set(const DataSet& set) override { header.assign(set.context.header.begin(), set.context.header.end()); }
  void on_refused(const Datagram&, Refusal) override {}
  std::vector<std::uint8_t> header;
};

// SS-27: every record has the whole packet header with it. SK-20: its clock is uptime and seconds.
TEST_F(Documents, Netflow9HeaderGoesWithEveryRecord) {
  const auto message = MessageBuilder::netflow9(kExport, 86'400'000, 0x01020304, 77)
                           .templates(template_record(256, {{4, 1}}))
                           .set(256, ByteWriter().u8(6))
                           .bytes();
  decode(message);
  EXPECT_EQ(contexts_.at(0).domain, 0x01020304U);
  EXPECT_EQ(contexts_[0].sequence, 77U);
  EXPECT_EQ(contexts_[0].export_ms, std::int64_t{kExport} * 1000);
  EXPECT_EQ(contexts_[0].uptime_ms, 86'400'000U);
  EXPECT_TRUE(contexts_[0].uptime_known);

  HeaderKeeper keeper;
  Decoder decoder(registry_, input_, counters_, keeper);
  decoder.decode(datagram_of(message));
  EXPECT_EQ(keeper.header, std::vector(message.begin(), message.begin() + 20)) << "the stated count too";
}

// SK-20: IPFIX has an export time and no uptime.
TEST_F(Documents, IpfixHeaderHasNoUptime) {
  decode(MessageBuilder::ipfix(kExport, 5, 88).templates(template_record(256, {{4, 1}})).set(256, ByteWriter().u8(6)));
  EXPECT_EQ(contexts_.at(0).export_ms, std::int64_t{kExport} * 1000);
  EXPECT_FALSE(contexts_[0].uptime_known);
  EXPECT_EQ(contexts_[0].domain, 5U);
  EXPECT_EQ(contexts_[0].sequence, 88U);
}

// SK-10: neither format reads the other's templates, though exporter, domain and id are the same.
TEST_F(Documents, Netflow9AndIpfixAreKeptApart) {
  decode(MessageBuilder::netflow9().templates(template_record(256, {{4, 1}})));
  decode(MessageBuilder::ipfix().templates(template_record(256, {{7, 2}})));
  decode(MessageBuilder::netflow9().set(256, ByteWriter().u8(6)));
  decode(MessageBuilder::ipfix().set(256, ByteWriter().u16(80)));
  ASSERT_EQ(records_.size(), 2U);
  EXPECT_TRUE(records_[0].hex.contains("protocolIdentifier"));
  EXPECT_TRUE(records_[1].hex.contains("sourceTransportPort"));
  decode(MessageBuilder::netflow9().set(2, template_record(257, {{4, 1}})));
  decode(MessageBuilder::ipfix().set(0, template_record(257, {{4, 1}})));
  EXPECT_EQ(refused(Refusal::reserved_set_id), 2U) << "nor do the numbers of their template sets mix";
}

// SK-09: v5 is IPv4 only.
TEST_F(Documents, Netflow5MakesNoIpv6Field) {
  for (const std::uint8_t protocol : {std::uint8_t{6}, std::uint8_t{58}}) decode(netflow5({.protocol = protocol}));
  ASSERT_EQ(records_.size(), 2U);
  for (const DecodedRecord& record : records_) {
    for (const auto& [name, hex] : record.hex) EXPECT_EQ(name.find("IPv6"), std::string::npos) << name;
  }
}

struct Sample {
  const char* name;
  FieldSpec field;
  const char* hex;
};

// SS-30: the fields of StreamSets' sample by name, in the lengths its template has.
constexpr Sample kStreamSetsSample[] = {
    {"icmpTypeCodeIPv4", {32, 2}, "0000"},
    {"destinationTransportPort", {11, 2}, "270b"},
    {"tcpControlBits", {6, 1}, "00"},
    {"sourceTransportPort", {7, 2}, "c350"},
    {"ingressInterface", {10, 2}, "0001"},
    {"flowStartSysUpTime", {22, 4}, "05265c2a"},  // 86400042 ms of uptime
    {"protocolIdentifier", {4, 1}, "11"},
    {"octetDeltaCount", {1, 4}, "00000001"},
    {"egressInterface", {14, 2}, "0002"},
    {"flowEndSysUpTime", {21, 4}, "052e99da"},  // 86940154
    {"sourceIPv4Address", {8, 4}, "7f000001"},
    {"bgpSourceAsNumber", {16, 2}, "fc00"},
    {"packetDeltaCount", {2, 4}, "00000001"},
    {"destinationIPv4Address", {12, 4}, "ac110004"},
    {"bgpDestinationAsNumber", {17, 2}, "fc01"},
    {"ipClassOfService", {5, 1}, "08"},
    {"forwardingStatus", {89, 1}, "40"},
};

ByteWriter from_hex(std::string_view hex) {
  ByteWriter bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes.u8(std::stoul(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

TEST_F(Documents, StreamSetsSampleFields) {
  ByteWriter layout;
  layout.u16(1024).u16(std::size(kStreamSetsSample));
  ByteWriter record;
  for (const Sample& row : kStreamSetsSample) {
    write_field(layout, row.field);
    record.append(from_hex(row.hex).bytes());
  }
  decode(MessageBuilder::netflow9().templates(layout).set(1024, record));
  ASSERT_EQ(records_.size(), 1U);
  EXPECT_EQ(records_[0].hex.size(), std::size(kStreamSetsSample));
  for (const Sample& row : kStreamSetsSample) EXPECT_EQ(records_[0].hex.at(row.name), row.hex) << row.name;
}

// SK-23: the elements that Skylight handles, in both formats.
constexpr Sample kSkylightElements[] = {
    {"sourceIPv4Address", {8, 4}, ""},       {"sourceIPv6Address", {27, 16}, ""},
    {"destinationIPv4Address", {12, 4}, ""}, {"destinationIPv6Address", {28, 16}, ""},
    {"ingressInterface", {10, 4}, ""},       {"egressInterface", {14, 4}, ""},
    {"packetDeltaCount", {2, 8}, ""},        {"octetDeltaCount", {1, 8}, ""},
    {"sourceTransportPort", {7, 2}, ""},     {"destinationTransportPort", {11, 2}, ""},
    {"protocolIdentifier", {4, 1}, ""},      {"ipClassOfService", {5, 1}, ""},
    {"icmpTypeCodeIPv4", {32, 2}, ""},       {"icmpTypeIPv4", {176, 1}, ""},
    {"icmpCodeIPv4", {177, 1}, ""},          {"icmpTypeCodeIPv6", {139, 2}, ""},
    {"icmpTypeIPv6", {178, 1}, ""},          {"icmpCodeIPv6", {179, 1}, ""},
    {"sourceMacAddress", {56, 6}, ""},       {"destinationMacAddress", {80, 6}, ""},
};

TEST_F(Documents, SkylightElements) {
  ByteWriter layout;
  layout.u16(256).u16(std::size(kSkylightElements));
  std::size_t length = 0;
  std::set<std::string> names;
  for (const Sample& row : kSkylightElements) {
    write_field(layout, row.field);
    length += row.field.length;
    names.insert(row.name);
  }
  const ByteWriter record = ByteWriter().zeros(length - 1).u8(1);
  decode(MessageBuilder::netflow9().templates(layout).set(256, record));
  decode(MessageBuilder::ipfix().templates(layout).set(256, record));
  ASSERT_EQ(records_.size(), 2U);
  for (const DecodedRecord& decoded : records_) {
    std::set<std::string> found;
    for (const auto& [name, hex] : decoded.hex) found.insert(name);
    EXPECT_EQ(found, names);
  }
}

class DocumentLines : public RenderFixture {
 protected:
  void SetUp() override {
    use_keys(R"(
spt = "sourceTransportPort"
dpt = "destinationTransportPort"
start = "@start"
end = "@end"
in = "octetDeltaCount"
)");
  }
};

// SS-26: names and values by the template.
TEST_F(DocumentLines, NamesAndValues) {
  EXPECT_EQ(extension(MessageBuilder::netflow9()
                          .templates(template_record(256, {{8, 4}, {16, 2}, {89, 1}}))
                          .set(256, ByteWriter().u32(0x7f000001).u16(64512).u8(64))),
            "XSourceIPv4Address=127.0.0.1 XBgpSourceAsNumber=64512 XForwardingStatus=64");
}

// SS-31: a mapping that asks for uptimes gets them as they are, with the absolute time apart.
TEST_F(DocumentLines, UptimesBesideAbsoluteTimes) {
  use_keys("start = \"@start\"\nflexNumber1 = { from = \"flowStartSysUpTime\", label = \"First\" }");
  EXPECT_EQ(extension(MessageBuilder::netflow9(kExport, 86'401'042)
                          .templates(template_record(256, {{22, 4}}))
                          .set(256, ByteWriter().u32(86'400'042))),
            "start=1699999999000 flexNumber1Label=First flexNumber1=86400042");
}

// SS-32: a UDP record may carry an ICMP type of 0.
TEST_F(DocumentLines, UdpWithAnIcmpType) {
  EXPECT_EQ(extension(MessageBuilder::netflow9()
                          .templates(template_record(256, {{7, 2}, {11, 2}, {4, 1}, {32, 2}}))
                          .set(256, ByteWriter().u16(50000).u16(9995).u8(17).u16(0))),
            "spt=50000 dpt=9995 XProtocolIdentifier=17 XIcmpTypeCodeIPv4=0");
}

// SK-32: in v9 and IPFIX the ICMP elements say type and code, never the destination port.
TEST_F(DocumentLines, IcmpElementsAndNotThePort) {
  const ByteWriter layout = template_record(256, {{11, 2}, {4, 1}, {32, 2}});
  const ByteWriter record = ByteWriter().u16(0x0800).u8(1).u16(0x0303);
  for (const MessageBuilder& empty : {MessageBuilder::netflow9(), MessageBuilder::ipfix()}) {
    MessageBuilder message = empty;
    const std::string made = extension(message.templates(layout).set(256, record));
    EXPECT_NE(made.find("XIcmpTypeCodeIPv4=771"), std::string::npos) << made;
    EXPECT_EQ(made.find("XIcmpTypeCodeIPv4=2048"), std::string::npos) << made;
    EXPECT_EQ(made.find("dpt="), std::string::npos) << made;
  }
}

// SK-25: the IPv6 traffic class has no element of its own.
TEST_F(DocumentLines, TrafficClassIsClassOfService) {
  const std::string four = extension(
      MessageBuilder::ipfix().templates(template_record(256, {{8, 4}, {5, 1}})).set(256, ByteWriter().u32(1).u8(184)));
  const std::string six = extension(MessageBuilder::ipfix()
                                        .templates(template_record(257, {{27, 16}, {5, 1}}))
                                        .set(257, ByteWriter().u64(1).u64(1).u8(184)));
  EXPECT_NE(four.find("XIpClassOfService=184"), std::string::npos) << four;
  EXPECT_NE(six.find("XIpClassOfService=184"), std::string::npos) << six;
}

// SK-38: counters are as long as their template says.
TEST_F(DocumentLines, CountersOfBothLengths) {
  EXPECT_EQ(extension_of({1, 4}, ByteWriter().u32(2'000'000'000)), "in=2000000000");
  EXPECT_EQ(extension_of({1, 8}, ByteWriter().u64(2'000'000'000)), "in=2000000000");
  EXPECT_EQ(extension_of({2, 8}, ByteWriter().u64(UINT64_MAX)), "XPacketDeltaCount=18446744073709551615");
}

// SK-36: the record that Skylight's documented switch commands make.
TEST_F(DocumentLines, SkylightSwitchTemplate) {
  const std::string made = extension(MessageBuilder::netflow9()
                                         .templates(template_record(256, {{8, 4},
                                                                          {12, 4},
                                                                          {10, 4},
                                                                          {14, 4},
                                                                          {4, 1},
                                                                          {5, 1},
                                                                          {7, 2},
                                                                          {11, 2},
                                                                          {176, 1},
                                                                          {177, 1},
                                                                          {152, 8},
                                                                          {153, 8},
                                                                          {1, 8},
                                                                          {2, 8}}))
                                         .set(256, ByteWriter()
                                                       .u32(0x0a000001)
                                                       .u32(0x0a000002)
                                                       .u32(1)
                                                       .u32(0)
                                                       .u8(6)
                                                       .u8(0)
                                                       .u16(40000)
                                                       .u16(443)
                                                       .u8(0)
                                                       .u8(0)
                                                       .u64(1'699'999'940'000)
                                                       .u64(1'699'999'999'000)
                                                       .u64(1200)
                                                       .u64(3)));
  EXPECT_EQ(made,
            "spt=40000 dpt=443 start=1699999940000 end=1699999999000 in=1200 XSourceIPv4Address=10.0.0.1 "
            "XDestinationIPv4Address=10.0.0.2 XIngressInterface=1 XEgressInterface=0 XProtocolIdentifier=6 "
            "XIpClassOfService=0 XIcmpTypeIPv4=0 XIcmpCodeIPv4=0 XPacketDeltaCount=3");
}

struct AbsurdTimes {
  const char* name;
  Netflow5Header header;
  Netflow5Record record;
  const char* wanted;
};

void PrintTo(const AbsurdTimes& row, std::ostream* out) {
  *out << row.name;
}

class AbsurdNetflow5Times : public DocumentLines, public testing::WithParamInterface<AbsurdTimes> {};

// SK-07: flow times come from the export, however odd they are; only what is no time at all stays an uptime.
TEST_P(AbsurdNetflow5Times, StayWhatTheExportSays) {
  const AbsurdTimes& row = GetParam();
  const auto made = lines(netflow5_header(row.header).append(netflow5_record(row.record).bytes()).bytes());
  EXPECT_NE(made.at(0).find(row.wanted), std::string::npos) << made[0];
}

INSTANTIATE_TEST_SUITE_P(
    All, AbsurdNetflow5Times,
    testing::Values(
        AbsurdTimes{
            "UptimeZero", {.uptime = 0}, {.first = 1000, .last = 2000}, "start=1700000001000 end=1700000002000"},
        AbsurdTimes{
            "ExportTimeZero", {.seconds = 0}, {.first = 990'000, .last = 999'000}, "XFlowStartSysUpTime=990000"},
        AbsurdTimes{"ExportIn2106", {.seconds = UINT32_MAX}, {}, "start=4294967285000 end=4294967294000"},
        AbsurdTimes{"StartAfterTheExport",
                    {},
                    {.first = 1'100'000, .last = 1'200'000},
                    "start=1700000100000 end=1700000200000"},
        AbsurdTimes{"WrapWithinTheFlow",
                    {.uptime = 1000},
                    {.first = 0xffff'fc18, .last = 500},
                    "start=1699999998000 end=1699999999500"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace flowcef::test
