// What a key's table in the mapping says beside its sources, and what [cef] says of keys.
#include "spec_lines.hpp"

namespace flowcef::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class KeyOptions : public SpecLines {};

// GG-22: a coded value as number and as text, side by side.
TEST_F(KeyOptions, TextBesideTheNumber) {
  add_key_with_text("XProtocol", {"protocolIdentifier", "nextHeaderIPv6"}, "protocol");
  add_key("spt", {"sourceTransportPort"});
  EXPECT_EQ(shown({{4, 1}, {7, 2}}, ByteWriter().u8(6).u16(80)), "XProtocol=6 XProtocolText=TCP spt=80");
  EXPECT_EQ(shown({{4, 1}}, ByteWriter().u8(250)), "XProtocol=250");
  EXPECT_EQ(shown({{7, 2}}, ByteWriter().u16(80)), "spt=80");
}

TEST_F(KeyOptions, TextOfTheSourceThatIsShown) {
  KeySpec& key = add_key_with_text("XProtocol", {"nextHeaderIPv6", "protocolIdentifier"}, "protocol");
  key.omit = Omit::zero;
  const auto fields = {FieldSpec{193, 1}, FieldSpec{4, 1}};
  EXPECT_EQ(shown(fields, ByteWriter().u8(17).u8(6)), "XProtocol=17 XProtocolText=UDP XProtocolIdentifier=6");
  EXPECT_EQ(shown(fields, ByteWriter().u8(0).u8(6)), "XProtocol=6 XProtocolText=TCP");
  EXPECT_EQ(shown(fields, ByteWriter().u8(0).u8(0)), "");
}

// The text's key is taken: an element that is called so gets a number.
TEST_F(KeyOptions, TheTextsKeyIsTaken) {
  add_key_with_text("XInterface", {"protocolIdentifier"}, "protocol");
  spec_.prefix.text = "X";
  EXPECT_EQ(generated_key("X", {0, 1}, nullptr), "XElement1");
  add_key_with_text("XElement", {"ipVersion"}, "protocol");
  EXPECT_EQ(shown({{4, 1}, {60, 1}}, ByteWriter().u8(6).u8(4)),
            "XInterface=6 XInterfaceText=TCP XElement=4 XElementText=IPv4");
}

TEST_F(KeyOptions, Constants) {
  add_constant("deviceFacility", "a=b\\c ");
  KeySpec& labelled = add_constant("cs1", "west");
  labelled.label = at(labelled, "Site", 30);
  add_key("spt", {"sourceTransportPort"});
  add_constant("XLong", std::string(300, 'x'));
  EXPECT_EQ(shown({{7, 2}}, ByteWriter().u16(80)),
            "deviceFacility=a\\=b\\\\c cs1Label=Site cs1=west spt=80 XLong=" + std::string(300, 'x'));
}

// Counters, ports and the like are never negative; what is goes out under its generated key.
TEST_F(KeyOptions, NoNegativeCounters) {
  add_key("cnt", {"mibObjectValueInteger"});
  add_labelled_key("cn1", {"mibObjectValueInteger"}, "Value");
  EXPECT_EQ(shown({{434, 4}}, ByteWriter().u32(7)), "cnt=7 cn1Label=Value cn1=7");
  EXPECT_EQ(shown({{434, 2}}, ByteWriter().u16(0x7fff)), "cnt=32767 cn1Label=Value cn1=32767");
  EXPECT_EQ(shown({{434, 4}}, ByteWriter().u32(0xffff'fffe)), "cn1Label=Value cn1=-2");
  EXPECT_EQ(shown({{434, 1}}, ByteWriter().u8(0x80)), "cn1Label=Value cn1=-128");
  spec_.keys.pop_back();
  EXPECT_EQ(shown({{434, 2}}, ByteWriter().u16(0xffff)), "XMibObjectValueInteger=-1");
  spec_.dictionary = 1;
  spec_.keys.clear();
  add_key("in", {"mibObjectValueInteger"});
  EXPECT_EQ(shown({{434, 4}}, ByteWriter().u32(0xffff'ffff)), "XMibObjectValueInteger=-1");
}

TEST_F(KeyOptions, NoNegativeCountersOutOfAddresses) {
  add_key("cnt", {"sourceIPv4Address"}).form = ValueForm::signed_number;
  EXPECT_EQ(shown({{8, 4}}, ByteWriter().u32(0x0a00'0001)), "cnt=167772161");
  EXPECT_EQ(shown({{8, 4}}, ByteWriter().u32(0xc000'0201)), "XSourceIPv4Address=192.0.2.1");
}

// Half an address says less than none.
TEST_F(KeyOptions, AddressesThatAreLongerThanTheKey) {
  add_key("app", {"sourceIPv6Address"});
  add_key("msg", {"destinationIPv6Address"});
  EXPECT_EQ(shown({{27, 16}, {28, 16}}, ByteWriter().u64(1).u64(1).u64(0).u64(9)),
            "msg=::9 XSourceIPv6Address=::1:0:0:0:1");
}

// GG-23: the empty form on request.
TEST_F(KeyOptions, OmitNever) {
  empty_values_ = true;
  add_key("src", {"sourceIPv4Address"}).omit = Omit::never;
  add_labelled_key("cs1", {"interfaceName", "userName"}, "Name").omit = Omit::never;
  add_key("cnt", {"octetDeltaCount"}).omit = Omit::never;
  EXPECT_EQ(shown({{4, 1}}, ByteWriter().u8(6)), "src= cs1Label=Name cs1= cnt= XProtocolIdentifier=6");
  EXPECT_EQ(shown({{8, 4}, {82, 65535}}, ByteWriter().u32(1).variable("")), "src=0.0.0.1 cs1Label=Name cs1= cnt=");
  EXPECT_EQ(shown({{82, 65535}}, ByteWriter().variable("eth0")), "src= cs1Label=Name cs1=eth0 cnt=");
  EXPECT_EQ(shown({{1, 8}}, ByteWriter().u64(1ULL << 31)), "src= cs1Label=Name cs1= cnt= XOctetDeltaCount=2147483648");
}

struct ZeroRow {
  const char* name;
  FieldSpec field;
  const char* source;
};

void PrintTo(const ZeroRow& row, std::ostream* out) {
  *out << row.name;
}

class Zeros : public SpecLines, public testing::WithParamInterface<ZeroRow> {};

TEST_P(Zeros, AreOmittedAndGoNowhereElse) {
  const ZeroRow& row = GetParam();
  add_key("XKey", {row.source}).omit = Omit::zero;
  const auto fields = {row.field, FieldSpec{7, 2}};
  const std::size_t length = row.field.length;
  EXPECT_EQ(shown(fields, ByteWriter().zeros(length).u16(1)), "XSourceTransportPort=1");
  EXPECT_THAT(shown(fields, ByteWriter().zeros(length - 1).u8(1).u16(1)),
              testing::AllOf(testing::StartsWith("XKey="), testing::EndsWith(" XSourceTransportPort=1")));
}

INSTANTIATE_TEST_SUITE_P(
    All, Zeros,
    testing::Values(ZeroRow{"Number", {1, 8}, "octetDeltaCount"}, ZeroRow{"OddNumber", {1, 3}, "octetDeltaCount"},
                    ZeroRow{"Ipv4", {8, 4}, "sourceIPv4Address"}, ZeroRow{"Ipv6", {27, 16}, "sourceIPv6Address"},
                    ZeroRow{"Mac", {56, 6}, "sourceMacAddress"}, ZeroRow{"Float", {320, 8}, "absoluteError"},
                    ZeroRow{"Bytes", {90, 8}, "mplsVpnRouteDistinguisher"},
                    ZeroRow{"Unlisted", {12, 5, 4711}, "4711:12"}, ZeroRow{"Time", {152, 8}, "flowStartMilliseconds"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(KeyOptions, OmitZeroGivesWayToTheNextSource) {
  add_key("in", {"octetDeltaCount", "octetTotalCount"}).omit = Omit::zero;
  const auto fields = {FieldSpec{1, 8}, FieldSpec{85, 8}};
  EXPECT_EQ(shown(fields, ByteWriter().u64(0).u64(9)), "in=9");
  EXPECT_EQ(shown(fields, ByteWriter().u64(8).u64(9)), "in=8 XOctetTotalCount=9");
  EXPECT_EQ(shown(fields, ByteWriter().u64(1ULL << 40).u64(9)), "in=9 XOctetDeltaCount=1099511627776")
      << "too large is not zero";
}

TEST_F(KeyOptions, OmitZeroLeavesCustomAlone) {
  KeySpec& key = add_key("in", {"octetDeltaCount"});
  key.omit = Omit::zero;
  key.custom = true;
  EXPECT_EQ(shown({{1, 8}}, ByteWriter().u64(0)), "XOctetDeltaCount=0");
}

TEST_F(KeyOptions, OmitZeroOfWhatTheBridgeWorksOut) {
  add_key("XDomain", {"@observation_domain"}).omit = Omit::zero;
  add_key("XType", {"@icmp_type"}).omit = Omit::zero;
  use_spec();
  const auto message = [](std::uint32_t domain, std::uint16_t type) {
    return MessageBuilder::ipfix(1'700'000'000, domain)
        .templates(template_record(300, {{4, 1}, {32, 2}}))
        .set(300, ByteWriter().u8(1).u16(type));
  };
  EXPECT_TRUE(lines(message(0, 3)).at(0).ends_with("|XProtocolIdentifier=1 XIcmpTypeCodeIPv4=3"));
  EXPECT_TRUE(
      lines(message(5, 0x0800)).at(0).ends_with("|XDomain=5 XType=8 XProtocolIdentifier=1 XIcmpTypeCodeIPv4=2048"));
}

TEST_F(KeyOptions, KeysForOneKindOfRecord) {
  add_key("XFlow", {"protocolIdentifier"}).options_record = false;
  KeySpec& options = add_key("XTable", {"protocolIdentifier"});
  options.options_record = true;
  options.omit = Omit::never;
  use_spec();
  const auto made = lines(MessageBuilder::ipfix()
                              .options_templates(ipfix_options_record(300, {{10, 4}}, {{4, 1}}))
                              .set(300, ByteWriter().u32(7).u8(6))
                              .templates(template_record(301, {{4, 1}}))
                              .set(301, ByteWriter().u8(6)));
  ASSERT_EQ(made.size(), 2U);
  EXPECT_TRUE(made[0].ends_with("|XTable=6 XIngressInterface=7")) << made[0];
  EXPECT_TRUE(made[1].ends_with("|XFlow=6")) << made[1];
}

// GG-15: any version; the dictionary is a matter of its own.
TEST_F(KeyOptions, VersionAndDictionary) {
  spec_.version = 23;
  add_key("src", {"sourceIPv6Address"});
  EXPECT_THAT(errors(), testing::IsEmpty());
  spec_.dictionary = 0;
  EXPECT_EQ(errors().size(), 1U);
  spec_.version = 0;
  spec_.dictionary = 1;
  EXPECT_THAT(errors(), testing::IsEmpty());
}

TEST_F(KeyOptions, EventIdsOff) {
  add_key("externalId", {"@event_id"});
  add_key("msg", {"@event_id", "interfaceName"});
  EXPECT_EQ(shown({{82, 1}}, ByteWriter().text("i")), "externalId=7-1 msg=7-1 XInterfaceName=i");
  spec_.event_id = false;
  EXPECT_EQ(shown({{82, 1}}, ByteWriter().text("i")), "msg=i");
}

TEST_F(KeyOptions, SwappedBytes) {
  spec_.swap_bytes = true;
  add_key("in", {"octetDeltaCount"});
  const auto fields = {FieldSpec{1, 8}, FieldSpec{2, 8}};
  EXPECT_EQ(shown(fields, ByteWriter().u64(5).u64(6)), "out=5 XPacketDeltaCount=6");
  add_key("out", {"packetDeltaCount"});
  EXPECT_EQ(shown(fields, ByteWriter().u64(5).u64(6)), "in=6 out=5");
}

class KeysThatEventsSet : public SpecLines {
 protected:
  /// Records of protocol 6 are events that set `key`.
  void set_for_tcp(const std::string& key) {
    EventSpec tcp = spec_.events.front();
    tcp.signature.text = "tcp";
    ConditionSpec test{};
    test.kind = ConditionSpec::Kind::element;
    test.element.text = "protocolIdentifier";
    test.tests.push_back({std::uint64_t{6}, {}});
    tcp.when.emplace();
    tcp.when->parts.push_back(test);
    tcp.set.push_back({{key, {}}, {"1", {}}, {}});
    spec_.events.insert(spec_.events.begin(), tcp);
  }
};

TEST_F(KeysThatEventsSet, GiveWayOnLinesOfThatEvent) {
  empty_values_ = true;
  set_for_tcp("cnt");
  add_key("cnt", {"sourceTransportPort", "ipClassOfService"}).omit = Omit::never;
  add_key("proto", {"protocolIdentifier"});
  const auto fields = {FieldSpec{4, 1}, FieldSpec{7, 2}};
  EXPECT_EQ(shown(fields, ByteWriter().u8(17).u16(53)), "cnt=53 proto=17");
  EXPECT_TRUE(shown(fields, ByteWriter().u8(6).u16(53)).ends_with("proto=6 XSourceTransportPort=53"));
  const auto without = {FieldSpec{4, 1}};
  EXPECT_EQ(shown(without, ByteWriter().u8(17)), "cnt= proto=17");
  EXPECT_THAT(shown(without, ByteWriter().u8(6)), Not(HasSubstr("cnt= ")));
}

TEST_F(KeysThatEventsSet, NeedNoBitWhereNoSuchEventCanBe) {
  set_for_tcp("cnt");
  add_key("cnt", {"sourceTransportPort"});
  EXPECT_EQ(shown({{7, 2}}, ByteWriter().u16(53)), "cnt=53");
}

TEST_F(KeysThatEventsSet, ByEveryEvent) {
  spec_.events.front().set.push_back({{"cnt", {}}, {"1", {}}, {}});
  add_key("cnt", {"sourceTransportPort"});
  EXPECT_TRUE(shown({{7, 2}}, ByteWriter().u16(53)).ends_with("XSourceTransportPort=53"));
  spec_.unmapped = Unmapped::drop;
  EXPECT_THAT(shown({{7, 2}}, ByteWriter().u16(53)), Not(HasSubstr("53")));
  spec_.keys.front().custom = true;
  EXPECT_TRUE(shown({{7, 2}}, ByteWriter().u16(53)).ends_with("XSourceTransportPort=53"));
}

// What an event sets has its key: an element of that name is numbered, on every line.
TEST_F(KeysThatEventsSet, GeneratedKeysDifferFromThem) {
  set_for_tcp("XSourceTransportPort");
  EXPECT_EQ(shown({{4, 1}, {7, 2}}, ByteWriter().u8(17).u16(53)), "XProtocolIdentifier=17 XSourceTransportPort2=53");
}

}  // namespace
}  // namespace flowcef::test
