// A key's sources in order of preference: per record, the first that has a value.
#include "data_set_lines.hpp"
#include "spec_lines.hpp"

namespace flowcef::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class KeySources : public SpecLines {};

ByteWriter families(std::uint32_t v4, std::uint64_t v6) {
  return ByteWriter().u32(v4).u32(v4).u64(v6 != 0 ? 0x2001'0db8'0000'0000 : 0).u64(v6);
}

// Records of one template that carry both families, one of which is zero.
TEST_F(KeySources, TheAddressFamilyInUse) {
  spec_.version = 1;
  add_key("src", {"sourceIPv4Address", "sourceIPv6Address"});
  const auto fields = {FieldSpec{8, 4}, FieldSpec{12, 4}, FieldSpec{27, 16}};
  EXPECT_EQ(shown(fields, families(0x0a000001, 0)), "src=10.0.0.1 XDestinationIPv4Address=10.0.0.1");
  EXPECT_EQ(shown(fields, families(0, 1)), "src=2001:db8::1");
  EXPECT_EQ(shown(fields, families(0x0a000001, 1)),
            "src=10.0.0.1 XDestinationIPv4Address=10.0.0.1 XSourceIPv6Address=2001:db8::1")
      << "what the key does not show goes out under its generated key";
  EXPECT_EQ(shown(fields, families(0, 0)), "src=0.0.0.0 XDestinationIPv4Address=0.0.0.0");
}

// The IPv6 element of a record with both may hold an IPv4 address.
TEST_F(KeySources, AnIpv4AddressInIpv6FormStepsIn) {
  add_key("src", {"sourceIPv4Address"});
  const auto fields = {FieldSpec{8, 4}, FieldSpec{27, 16}};
  const auto record = [](std::uint32_t v4, std::uint64_t v6) { return ByteWriter().u32(v4).u64(0).u64(v6); };
  EXPECT_EQ(shown(fields, record(0, 0xffff'c000'0201)), "src=192.0.2.1 XSourceIPv6Address=192.0.2.1");
  EXPECT_EQ(shown(fields, record(0x0a000001, 0xffff'c000'0201)), "src=10.0.0.1 XSourceIPv6Address=192.0.2.1");
  EXPECT_EQ(shown(fields, record(0, 1)), "XSourceIPv6Address=::1");
}

// Values of the export have no generated key: texts are cut at the key's limit, others are left out above it.
TEST_F(KeySources, ValuesOfTheExportKeepToTheLimit) {
  add_key("app", {"@header_bytes"});
  add_key("proto", {"@exporter_ipv6"});
  add_key("deviceDirection", {"@version"});
  add_key("type", {"@icmp_type", "@icmp_code"});
  EXPECT_EQ(shown({{4, 1}, {176, 1}, {177, 1}}, ByteWriter().u8(1).u8(8).u8(2)).substr(0, 41),
            "app=000a002b6553f10000000001000000 type=2");
  const auto layout = template_record(300, {{4, 1}});
  const auto made = lines(MessageBuilder::ipfix().templates(layout).set(300, ByteWriter().u8(6)),
                          "2001:db8:1111:2222:3333:4444:5555:6666");
  EXPECT_THAT(made.at(0), Not(HasSubstr("proto=")));
  const auto fits = lines(MessageBuilder::ipfix().templates(layout).set(300, ByteWriter().u8(6)), "2001:db8::1");
  EXPECT_THAT(fits.at(0), HasSubstr(" proto=2001:db8::1"));
}

TEST_F(KeySources, NamesOfIcmpTypesAreCut) {
  spec_.tables.push_back({{"icmp_type", {}}, {{8, {"a=b\\c \xc3\xbc=" + std::string(40, 'e'), {}}}}});
  add_key("XShort", {"@icmp_type_name"}).max_length = 11;
  add_key("app", {"@icmp_type_name"});
  const std::string line = shown({{4, 1}, {32, 2}}, ByteWriter().u8(1).u16(0x0800));
  EXPECT_EQ(line.substr(0, line.find(" XProto")),
            "XShort=a\\=b\\\\c \xc3\xbc\xe2\x80\xa6 app=a\\=b\\\\c \xc3\xbc\\=" + std::string(22, 'e'));
}

// NetFlow v5 has ICMP's type and code in the destination port.
TEST_F(KeySources, IcmpHasNoPorts) {
  add_key("dpt", {"icmpTypeCodeIPv4", "destinationTransportPort"});
  use_spec();
  for (const unsigned protocol : {1U, 6U}) {
    ByteWriter bytes = netflow5_header({});
    bytes.append(netflow5_record({.protocol = static_cast<std::uint8_t>(protocol)}).bytes());
    const auto made = lines(bytes.bytes());
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(made[0].find("|dpt=443 ") != std::string::npos, protocol == 6) << made[0];
    EXPECT_EQ(made[0].find(" XIcmpTypeCodeIPv4=443 ") != std::string::npos, protocol == 1) << made[0];
  }
}

// A field of two bits may exceed what a key takes.
TEST_F(KeySources, SomeBitsOfAFieldKeepToTheLimit) {
  add_key("deviceDirection", {"samplingAlgorithm"});
  use_spec();
  for (const unsigned algorithm : {1U, 2U}) {
    ByteWriter bytes = netflow5_header({.sampling = static_cast<std::uint16_t>(algorithm << 14 | 100)});
    bytes.append(netflow5_record({}).bytes());
    const auto made = lines(bytes.bytes());
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(made[0].find("|deviceDirection=1 ") != std::string::npos, algorithm == 1) << made[0];
    EXPECT_EQ(made[0].find(" XSamplingAlgorithm=2 ") != std::string::npos, algorithm == 2) << made[0];
  }
}

// Zero is what the table is asked for; the text beside a number goes with the number.
TEST_F(KeySources, ZeroIsWhatWouldBeShown) {
  add_key("XType", {"icmpTypeCodeIPv4"}).omit = Omit::zero;
  spec_.keys.back().table = at(spec_.keys.back(), "icmp_type", 20);
  EXPECT_EQ(shown({{32, 2}}, ByteWriter().u16(6)), "XIcmpTypeCodeIPv4=6");
  EXPECT_EQ(shown({{32, 2}}, ByteWriter().u16(0)), "");
  spec_.keys.clear();
  add_key_with_text("XType", {"icmpTypeCodeIPv4"}, "icmp_type").omit = Omit::zero;
  EXPECT_EQ(shown({{32, 2}}, ByteWriter().u16(6)), "XType=6 XTypeText=echo reply");
  EXPECT_EQ(shown({{32, 2}}, ByteWriter().u16(0)), "");
}

TEST_F(KeySources, AnEmptyTextGivesWayToTheNext) {
  add_key("msg", {"interfaceName", "userName", "applicationName"});
  const auto fields = {FieldSpec{82, 65535}, FieldSpec{371, 4}, FieldSpec{96, 65535}};
  EXPECT_EQ(shown(fields, ByteWriter().variable("a").text("user").variable("app")),
            "msg=a XUserName=user XApplicationName=app");
  EXPECT_EQ(shown(fields, ByteWriter().variable("").text("user").variable("app")), "msg=user XApplicationName=app");
  EXPECT_EQ(shown(fields, ByteWriter().variable("").zeros(4).variable("app")), "msg=app");
  EXPECT_EQ(shown(fields, ByteWriter().variable("").zeros(4).variable("")), "");
}

// A text that is cut is a value: the next source stays where it is, and the whole text goes out as well.
TEST_F(KeySources, ACutTextDoesNotGiveWay) {
  add_key("app", {"interfaceName", "userName"});
  const std::string text(40, 'x');
  EXPECT_EQ(shown({{82, 65535}, {371, 65535}}, ByteWriter().variable(text).variable("user")),
            "app=" + text.substr(0, 31) + " XInterfaceName=" + text + " XUserName=user");
}

TEST_F(KeySources, WhatTheKeyCannotHoldGivesWay) {
  add_key("cnt", {"octetDeltaCount", "packetDeltaCount"});
  const auto fields = {FieldSpec{1, 8}, FieldSpec{2, 8}};
  EXPECT_EQ(shown(fields, ByteWriter().u64(7).u64(1)), "cnt=7 XPacketDeltaCount=1");
  EXPECT_EQ(shown(fields, ByteWriter().u64(1ULL << 31).u64(1)), "cnt=1 XOctetDeltaCount=2147483648");
  EXPECT_EQ(shown(fields, ByteWriter().u64(1ULL << 31).u64(1ULL << 32)),
            "XOctetDeltaCount=2147483648 XPacketDeltaCount=4294967296");
}

TEST_F(KeySources, AFixedNumberIsAlwaysThere) {
  add_key("deviceDirection", {"flowDirection", "ingressInterface"});
  EXPECT_EQ(shown({{61, 1}, {10, 2}}, ByteWriter().u8(0).u16(5)), "deviceDirection=0 XIngressInterface=5");
}

TEST_F(KeySources, ValuesOfTheExportStepInToo) {
  spec_.version = 1;
  add_key("rt", {"observationTimeMilliseconds", "@export_time"});
  add_key("dvc", {"@exporter", "@exporter_ipv6"});
  EXPECT_EQ(shown({{323, 8}}, ByteWriter().u64(1'700'000'000'123)), "rt=1700000000123 dvc=192.0.2.1");
  EXPECT_EQ(shown({{323, 8}}, ByteWriter().u64(0)), "rt=1700000000000 dvc=192.0.2.1 XObservationTimeMilliseconds=0");
  const auto made = lines(
      MessageBuilder::ipfix().templates(template_record(300, {{4, 1}})).set(300, ByteWriter().u8(6)), "2001:db8::9");
  EXPECT_THAT(made.at(0), HasSubstr("rt=1700000000000 dvc=2001:db8::9"));
}

// An element that one key shows in every record is not lost by another that passes it over.
TEST_F(KeySources, OneKeyThatShowsAnElementIsEnough) {
  add_key("msg", {"interfaceName", "flowDirection"});
  add_key("deviceDirection", {"flowDirection"});
  EXPECT_EQ(shown({{82, 65535}, {61, 1}}, ByteWriter().variable("i").u8(1)), "msg=i deviceDirection=1");
}

TEST_F(KeySources, CustomHoldsForEveryKeyOfAnElement) {
  add_key("msg", {"flowDirection"}).custom = true;
  add_key("deviceDirection", {"flowDirection"});
  EXPECT_EQ(shown({{61, 1}}, ByteWriter().u8(1)), "msg=1 deviceDirection=1 XFlowDirection=1");
}

// More alternatives than a program has bits: no key is there twice, and nothing is lost.
TEST_F(KeySources, MoreThanCanBeKeptTrackOf) {
  constexpr int kKeys = 60;
  for (int i = 0; i < kKeys; ++i) add_key("XOwn" + std::to_string(i), {"interfaceName", "userName"});
  const auto fields = {FieldSpec{82, 65535}, FieldSpec{371, 65535}};
  EXPECT_THAT(shown(fields, ByteWriter().variable("").variable("u")), testing::StartsWith("XOwn0=u XOwn1=u "));
  const std::string line = shown(fields, ByteWriter().variable("i").variable("u"));
  EXPECT_THAT(line, testing::AllOf(testing::StartsWith("XOwn0=i "), HasSubstr(" XOwn59=i XUserName=u")));
}

class NamedSources : public SpecLines {};

/// An interface's number by its options name, if that is known.
TEST_F(NamedSources, ANumberStepsInForAnUnknownName) {
  add_key("deviceInboundInterface", {"@ingress_interface_name", "ingressInterface"});
  use_spec();
  const auto flow = [this] {
    const auto made =
        lines(MessageBuilder::ipfix().templates(template_record(301, {{10, 4}})).set(301, ByteWriter().u32(7)));
    return made.at(0).substr(made.at(0).rfind('|') + 1);
  };
  EXPECT_EQ(flow(), "deviceInboundInterface=7");
  (void)lines(MessageBuilder::ipfix()
                  .options_templates(ipfix_options_record(300, {{10, 4}}, {{82, 8}}))
                  .set(300, ByteWriter().u32(7).text("ge-0/0/7")));
  EXPECT_EQ(flow(), "deviceInboundInterface=ge-0/0/7 XIngressInterface=7");
}

TEST_F(NamedSources, ANameThatIsPassedOverKeepsItsGeneratedKey) {
  add_key("msg", {"interfaceDescription", "@ingress_interface_name"});
  use_spec();
  (void)lines(MessageBuilder::ipfix()
                  .options_templates(ipfix_options_record(300, {{10, 4}}, {{82, 8}}))
                  .set(300, ByteWriter().u32(7).text("ge-0/0/7")));
  const auto layout = template_record(301, {{83, 65535}, {10, 4}});
  const auto described = lines(MessageBuilder::ipfix().templates(layout).set(301, ByteWriter().variable("up").u32(7)));
  EXPECT_TRUE(described.at(0).ends_with("|msg=up XIngressInterface=7 XIngressInterfaceName=ge-0/0/7")) << described[0];
  const auto named = lines(MessageBuilder::ipfix().set(301, ByteWriter().variable("").u32(7)));
  EXPECT_TRUE(named.at(0).ends_with("|msg=ge-0/0/7 XIngressInterface=7")) << named[0];
}

TEST_F(NamedSources, ANameThatIsPassedOverIsDropped) {
  spec_.unmapped = Unmapped::drop;
  add_key("msg", {"interfaceDescription", "@ingress_interface_name"});
  add_key("app", {"userName", "@ingress_interface_name"});
  use_spec();
  const std::string name(40, 'n');
  (void)lines(MessageBuilder::ipfix()
                  .options_templates(ipfix_options_record(300, {{10, 4}}, {{82, 40}}))
                  .set(300, ByteWriter().u32(7).text(name)));
  (void)lines(MessageBuilder::ipfix().templates(template_record(301, {{83, 65535}, {371, 65535}, {10, 4}})));
  const auto line_of = [this](std::string_view description, std::string_view user) {
    const auto made = lines(MessageBuilder::ipfix().set(301, ByteWriter().variable(description).variable(user).u32(7)));
    return made.at(0).substr(made.at(0).rfind('|') + 1);
  };
  EXPECT_EQ(line_of("up", "u"), "msg=up app=u");
  EXPECT_EQ(line_of("", "u"), "msg=" + name + " app=u");
  EXPECT_EQ(line_of("up", ""), "msg=up app=" + name.substr(0, 31) + " XIngressInterfaceName=" + name);
  EXPECT_EQ(line_of("", ""), "msg=" + name + " app=" + name.substr(0, 31));
}

}  // namespace
}  // namespace flowcef::test
