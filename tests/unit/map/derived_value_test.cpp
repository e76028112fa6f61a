// Values that follow from several fields, or stand in the export header.
#include "data_set_lines.hpp"

namespace flowcef::test {
namespace {

class Icmp : public RenderFixture {
 protected:
  void SetUp() override { use_keys("XT = \"@icmp_type\"\nXC = \"@icmp_code\"\ndpt = \"destinationTransportPort\""); }

  std::string made_of(std::initializer_list<FieldSpec> fields, const ByteWriter& values) {
    const std::string all = extension(MessageBuilder::ipfix().templates(template_record(300, fields)).set(300, values));
    return all.substr(0, all.find(" XI"));
  }
};

// SK-24: 32 (139) if it is not zero, else 176 and 177 (178 and 179), and those of the record's ICMP version first.
TEST_F(Icmp, TypeAndCodeByAFixedOrder) {
  const auto both = {FieldSpec{4, 1}, FieldSpec{32, 2}, FieldSpec{176, 1}, FieldSpec{177, 1}};
  EXPECT_EQ(made_of(both, ByteWriter().u8(1).u16(0x0301).u8(8).u8(2)), "XT=3 XC=1 XProtocolIdentifier=1");
  EXPECT_EQ(made_of(both, ByteWriter().u8(1).u16(0).u8(8).u8(2)), "XT=8 XC=2 XProtocolIdentifier=1");
  EXPECT_EQ(made_of(both, ByteWriter().u8(1).u16(0).u8(0).u8(0)), "XT=0 XC=0 XProtocolIdentifier=1");
  const auto versions = {FieldSpec{4, 1}, FieldSpec{32, 2}, FieldSpec{139, 2}};
  EXPECT_EQ(made_of(versions, ByteWriter().u8(58).u16(0x0301).u16(0x8000)), "XT=128 XC=0 XProtocolIdentifier=58");
  EXPECT_EQ(made_of(versions, ByteWriter().u8(58).u16(0x8100).u16(0)), "XT=129 XC=0 XProtocolIdentifier=58");
  EXPECT_EQ(made_of({{4, 1}, {178, 1}, {179, 1}}, ByteWriter().u8(58).u8(1).u8(4)), "XT=1 XC=4 XProtocolIdentifier=58");
}

// SK-24: every element still goes out under its own key.
TEST_F(Icmp, ElementsKeepTheirKeys) {
  EXPECT_EQ(extension(MessageBuilder::ipfix()
                          .templates(template_record(300, {{4, 1}, {32, 2}, {176, 1}, {177, 1}}))
                          .set(300, ByteWriter().u8(1).u16(0x0301).u8(3).u8(1))),
            "XT=3 XC=1 XProtocolIdentifier=1 XIcmpTypeCodeIPv4=769 XIcmpTypeIPv4=3 XIcmpCodeIPv4=1");
}

// SS-32: a UDP record that carries an ICMP type of 0 is a UDP record.
TEST_F(Icmp, OtherProtocolsHaveNone) {
  EXPECT_EQ(made_of({{4, 1}, {11, 2}, {176, 1}, {177, 1}}, ByteWriter().u8(17).u16(53).u8(0).u8(0)),
            "dpt=53 XProtocolIdentifier=17");
}

// SK-32: only NetFlow v5 puts them into the destination port.
TEST_F(Icmp, TheDestinationPortIsNotTakenForThem) {
  EXPECT_EQ(extension(MessageBuilder::ipfix()
                          .templates(template_record(300, {{4, 1}, {11, 2}}))
                          .set(300, ByteWriter().u8(1).u16(2048))),
            "XProtocolIdentifier=1 XDestinationTransportPort=2048");
}

// SK-13
TEST_F(Icmp, Netflow5HasThemInTheDestinationPort) {
  ByteWriter bytes = netflow5_header({});
  bytes.append(netflow5_record({.destination_port = 0x0304, .protocol = 1}).bytes());
  const std::string line = lines(bytes.bytes()).at(0);
  EXPECT_NE(line.find("XT=3 XC=4 "), std::string::npos) << line;
  EXPECT_EQ(line.find("dpt="), std::string::npos) << line;
}

class LongFlows : public DataSetLines {
 protected:
  std::string made_of(std::uint64_t start, std::uint64_t end, std::uint32_t limit) {
    const auto made = layout({{152, 8}, {153, 8}, {4, 1}, {176, 1}, {177, 1}});
    made->long_flow_ms = limit;
    const std::string all = extension_of_record(made, ByteWriter().u64(start).u64(end).u8(17).u8(0).u8(0));
    const auto at = all.find("XLongFlow");
    return at == std::string::npos ? "" : all.substr(at);
  }
};

// SK-34: the sensor's first example, 75 seconds of UDP with ICMP type and code 0.
TEST_F(LongFlows, AreMarkedWithTheirDuration) {
  EXPECT_EQ(made_of(1'380'733'588'056, 1'380'733'663'056, 60'000), "XLongFlow=75000");
  EXPECT_EQ(made_of(1000, 61'000, 60'000), "");
  EXPECT_EQ(made_of(1000, 61'001, 60'000), "XLongFlow=60001");
  EXPECT_EQ(made_of(1000, 61'001, 0), "");
  EXPECT_EQ(made_of(61'001, 1000, 60'000), "") << "an end before the start";
  EXPECT_EQ(made_of(0, 61'001, 60'000), "") << "no start";
}

class ExportHeaders : public RenderFixture {
 protected:
  void SetUp() override {
    use_keys(R"(
XVersion = "@version"
XKind = "@record_kind"
XTemplate = "@template_id"
XMessage = "@message_id"
XCount = "@header_count"
XLength = "@header_length"
XUptime = "@uptime"
XSeconds = "@unix_seconds"
XNanos = "@unix_nanoseconds"
XDomain = "@observation_domain"
XSequence = "@sequence"
XSender = "@exporter"
XSenderPort = "@exporter_port"
XReader = "@listener"
XReader6 = "@listener_ipv6"
XReaderPort = "@listener_port"
XHeader = "@header_bytes")");
  }

  static std::string head(const std::string& line) {
    const auto at = line.find(" XSender");
    return line.substr(line.find("XVersion"), at - line.find("XVersion"));
  }
};

// SS-16, SS-18, SS-22: a count of 7 is a length of 360; seconds and nanoseconds are kept apart.
TEST_F(ExportHeaders, OfNetflow5) {
  ByteWriter bytes =
      netflow5_header({.count = 7, .uptime = 42, .seconds = 1'503'002'821, .nanoseconds = 5, .sequence = 9});
  for (int i = 0; i < 7; ++i) bytes.append(netflow5_record({}).bytes());
  const auto made = lines(bytes.bytes());
  ASSERT_EQ(made.size(), 7U);
  EXPECT_EQ(head(made[0]).substr(0, 40), "XVersion=5 XKind=FLOWSET XMessage=7-m1 X");
  EXPECT_TRUE(
      head(made[0]).ends_with(" XCount=7 XLength=360 XUptime=42 XSeconds=1503002821 XNanos=5 XDomain=515 XSequence=9"))
      << made[0];
  // SS-21: sender and reader.
  EXPECT_NE(made[0].find(" XSender=192.0.2.1 XSenderPort=50000 XReader=192.0.2.200 XReaderPort=2055 "
                         "XHeader=000500070000002a599600c50000000500000009020300"),
            std::string::npos)
      << made[0];
}

// SS-24, SS-27: the header with every record, which says what it is.
TEST_F(ExportHeaders, OfNetflow9) {
  const auto flow = lines(MessageBuilder::netflow9(1'700'000'000, 42, 7, 9)
                              .templates(template_record(300, {{4, 1}}))
                              .set(300, ByteWriter().u8(6)));
  EXPECT_EQ(head(flow.at(0)),
            "XVersion=9 XKind=FLOWSET XTemplate=300 XMessage=7-m1 XCount=1 XUptime=42 XSeconds=1700000000 XDomain=7 "
            "XSequence=9");
  const auto options = lines(MessageBuilder::netflow9()
                                 .options_templates(netflow9_options_record(301, {{1, 4}}, {{34, 4}}))
                                 .set(301, ByteWriter().u32(1).u32(10)));
  EXPECT_EQ(head(options.at(0)).substr(0, 25), "XVersion=9 XKind=OPTIONS ");
}

TEST_F(ExportHeaders, OfIpfix) {
  const auto made = lines(
      MessageBuilder::ipfix(1'700'000'000, 7, 9).templates(template_record(300, {{4, 1}})).set(300, ByteWriter().u8(6)),
      "2001:db8::9");
  EXPECT_EQ(
      head(made.at(0)),
      "XVersion=10 XKind=FLOWSET XTemplate=300 XMessage=7-m1 XLength=33 XSeconds=1700000000 XDomain=7 XSequence=9");
}

class Programs : public DataSetLines {};

// A hostile exporter may define templates without end: what was compiled for them goes when they go.
TEST_F(Programs, OfTemplatesThatAreGoneAreDropped) {
  for (int i = 0; i < 1000; ++i) (void)render(layout({{4, 1}}), ByteWriter().u8(6));
  EXPECT_LE(renderer().programs(), 64U);
}

TEST_F(Programs, OfTemplatesInUseAreKept) {
  std::vector<std::shared_ptr<Template>> used;
  for (int i = 0; i < 300; ++i) {
    used.push_back(layout({{4, 1}}));
    (void)render(used.back(), ByteWriter().u8(6));
    (void)render(layout({{7, 2}}), ByteWriter().u16(6));
  }
  EXPECT_GE(renderer().programs(), 300U);
  EXPECT_LE(renderer().programs(), 900U) << "no more than twice as many are kept on the way";
  EXPECT_EQ(extension_of_record(used.front(), ByteWriter().u8(6)), "XProtocolIdentifier=6");
}

// PX-16: templates that many addresses keep in use take a bounded room: their programs are made anew when needed.
TEST_F(Programs, OfTooManyTemplatesAreMadeAnew) {
  std::vector<std::shared_ptr<Template>> used;
  for (int i = 0; i < 40'000; ++i) {
    used.push_back(layout({{4, 1}}));
    (void)render(used.back(), ByteWriter().u8(6));
    ASSERT_LE(renderer().programs(), 32'768U);
  }
  EXPECT_EQ(extension_of_record(used.front(), ByteWriter().u8(6)), "XProtocolIdentifier=6");
}

}  // namespace
}  // namespace flowcef::test
