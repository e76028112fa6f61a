#include "support/decode_fixture.hpp"

namespace flowcef::test {
namespace {

class Netflow9 : public DecodeFixture {};

const ByteWriter& flow_template() {
  static const ByteWriter record = template_record(256, {{8, 4}, {12, 4}, {1, 4}});
  return record;
}

ByteWriter flow(std::uint32_t octets) {
  return ByteWriter().u32(0x0a000001).u32(0x0a000002).u32(octets);
}

// SK-19: template and data in the same datagram, in either order.
TEST_F(Netflow9, TakesDataBehindItsTemplate) {
  decode(MessageBuilder::netflow9().templates(flow_template()).set(256, flow(7)));
  ASSERT_EQ(records_.size(), 1U);
  EXPECT_EQ(records_[0].hex.at("octetDeltaCount"), "00000007");
}

TEST_F(Netflow9, TakesDataAheadOfItsTemplateInOneDatagram) {
  decode(MessageBuilder::netflow9().set(256, flow(7)).templates(flow_template()));
  ASSERT_EQ(records_.size(), 1U);
  EXPECT_EQ(counters_.refused_total(), 0U);
}

// SS-05: data decode by cached templates.
TEST_F(Netflow9, TakesDataOfALaterDatagram) {
  decode(MessageBuilder::netflow9().templates(flow_template()));
  decode(MessageBuilder::netflow9().set(256, flow(1).append(flow(2).bytes())));
  EXPECT_EQ(records_.size(), 2U);
}

// SS-14: a record whose template is not there is an error with its cause.
TEST_F(Netflow9, CountsDataWithoutTemplate) {
  decode(MessageBuilder::netflow9().set(256, flow(1)));
  EXPECT_TRUE(records_.empty());
  EXPECT_EQ(refused(Refusal::template_missing), 1U);
}

// SK-17: two senders with the same template id do not mix; the port does not matter in v9.
TEST_F(Netflow9, KeepsTemplatesPerExporterAndSourceId) {
  decode_from("192.0.2.1", 5000, MessageBuilder::netflow9().templates(flow_template()));
  decode_from("192.0.2.2", 5000, MessageBuilder::netflow9().set(256, flow(1)));
  decode_from("192.0.2.1", 5000, MessageBuilder::netflow9(1'700'000'000, 1, 99).set(256, flow(1)));
  EXPECT_EQ(refused(Refusal::template_missing), 2U);
  decode_from("192.0.2.1", 6000, MessageBuilder::netflow9().set(256, flow(1)));
  EXPECT_EQ(records_.size(), 1U);
}

// SS-13: a new version of a template takes effect at once for later records.
TEST_F(Netflow9, TakesARedefinitionAtOnce) {
  const ByteWriter other = template_record(256, {{7, 2}});
  decode(MessageBuilder::netflow9()
             .templates(flow_template())
             .set(256, flow(1))
             .templates(other)
             .set(256, ByteWriter().u16(80)));
  ASSERT_EQ(records_.size(), 2U);
  EXPECT_EQ(records_[1].hex.at("sourceTransportPort"), "0050");
  EXPECT_NE(serials_[0], serials_[1]);
}

TEST_F(Netflow9, ARepeatedTemplateKeepsItsSerial) {
  for (int i = 0; i < 2; ++i) decode(MessageBuilder::netflow9().templates(flow_template()).set(256, flow(1)));
  EXPECT_EQ(serials_[0], serials_[1]);
  EXPECT_EQ(counters_.templates.value(), 1U);
}

TEST_F(Netflow9, TakesSeveralTemplatesOfOneSetAndItsPadding) {
  ByteWriter records = flow_template();
  records.append(template_record(257, {{7, 2}}).bytes()).zeros(2);
  decode(MessageBuilder::netflow9().templates(records).set(257, ByteWriter().u16(1).u16(2).u8(0)));
  EXPECT_EQ(records_.size(), 2U);
  EXPECT_EQ(counters_.refused_total(), 0U);
}

// PX-04: numbers above 32767 are plain numbers, no enterprise bit.
TEST_F(Netflow9, HasNoEnterpriseBit) {
  decode(MessageBuilder::netflow9()
             .templates(template_record(256, {{40000, 2}, {0x8000 | 7, 2}}))
             .set(256, ByteWriter().u16(1).u16(2)));
  ASSERT_EQ(records_.size(), 1U);
  EXPECT_EQ(records_[0].hex.size(), 2U);
}

// SS-25: options data come as records. RFC 3954 section 6.1: scope types are a numbering of their own.
TEST_F(Netflow9, DecodesOptions) {
  decode(MessageBuilder::netflow9()
             .options_templates(netflow9_options_record(257, {{2, 2}}, {{82, 4}}).zeros(2))
             .set(257, ByteWriter().u16(9).text("eth9")));
  ASSERT_EQ(records_.size(), 1U);
  EXPECT_TRUE(records_[0].options);
  EXPECT_EQ(records_[0].hex.at("scopeInterface"), "0009");
  EXPECT_EQ(records_[0].hex.at("interfaceName"), "65746839");
  EXPECT_EQ(counters_.options_records.value(), 1U);
}

TEST_F(Netflow9, LeavesPaddingAndEmptyFieldsOut) {
  decode(MessageBuilder::netflow9()
             .templates(template_record(256, {{7, 2}, {0, 1}, {11, 0}, {210, 3}, {4, 1}}))
             .set(256, ByteWriter().u16(80).zeros(4).u8(17)));
  ASSERT_EQ(records_.size(), 1U);
  EXPECT_EQ(records_[0].hex.size(), 2U);
  EXPECT_EQ(records_[0].hex.at("protocolIdentifier"), "11");
}

TEST_F(Netflow9, ATemplateOfNoFieldsChangesNothing) {
  decode(MessageBuilder::netflow9().templates(flow_template()).templates(template_record(256, {})).set(256, flow(1)));
  EXPECT_EQ(records_.size(), 1U);
  EXPECT_EQ(refused(Refusal::ignored_withdrawal), 1U);
}

TEST_F(Netflow9, ALayoutThatCannotBeUsedEndsTheOldOne) {
  decode(MessageBuilder::netflow9()
             .templates(flow_template())
             .templates(template_record(256, {{8, 0}}))
             .set(256, flow(1)));
  EXPECT_TRUE(records_.empty());
  EXPECT_EQ(refused(Refusal::zero_length_record), 1U);
  EXPECT_EQ(refused(Refusal::template_missing), 1U);
}

TEST_F(Netflow9, TakesVariableLengthAsSomeSwitchesSendIt) {
  // H3C: VRF name of length 65535, with the long form for one byte.
  decode(MessageBuilder::netflow9()
             .templates(template_record(256, {{236, 65535}, {4, 1}}))
             .set(256, ByteWriter().u8(255).u16(1).u8('A').u8(6).variable("vrf").u8(17)));
  ASSERT_EQ(records_.size(), 2U);
  EXPECT_EQ(records_[0].hex.at("VRFname"), "41");
  EXPECT_EQ(records_[1].hex.at("VRFname"), "767266");
}

struct HostileSet {
  const char* name;
  std::uint16_t id;
  std::uint16_t length;
  Refusal reason;
};

class Netflow9HostileSets : public DecodeFixture, public testing::WithParamInterface<HostileSet> {};

TEST_P(Netflow9HostileSets, AreCountedAndEnd) {
  const auto& [name, id, length, reason] = GetParam();
  decode(MessageBuilder::netflow9()
             .templates(flow_template())
             .set(256, flow(1))
             .raw(ByteWriter().u16(id).u16(length).u32(0x01010101)));
  EXPECT_EQ(records_.size(), 1U) << "what came before is kept";
  EXPECT_EQ(refused(reason), 1U);
  EXPECT_EQ(counters_.refused_total(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Lengths, Netflow9HostileSets,
                         testing::Values(HostileSet{"Zero", 256, 0, Refusal::bad_set_length},
                                         HostileSet{"Three", 256, 3, Refusal::bad_set_length},
                                         HostileSet{"PastTheEnd", 256, 9, Refusal::bad_set_length},
                                         HostileSet{"Longest", 256, 65535, Refusal::bad_set_length},
                                         HostileSet{"ReservedId", 255, 8, Refusal::reserved_set_id},
                                         HostileSet{"UnknownTemplate", 300, 8, Refusal::template_missing}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_F(Netflow9, ZerosBehindTheLastSetAreFiller) {
  decode(MessageBuilder::netflow9().templates(flow_template()).set(256, flow(1)).raw(ByteWriter().zeros(64)));
  EXPECT_EQ(records_.size(), 1U);
  EXPECT_EQ(counters_.refused_total(), 0U);
}

TEST_F(Netflow9, EveryTruncationIsSafe) {
  const auto whole = MessageBuilder::netflow9()
                         .templates(flow_template())
                         .options_templates(netflow9_options_record(257, {{1, 4}}, {{82, 4}}))
                         .set(256, flow(1))
                         .set(257, ByteWriter().u32(1).text("eth0"))
                         .bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    // A buffer of exactly that size, so that the sanitizer sees any byte read past it.
    decode(std::vector<std::uint8_t>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
  }
  EXPECT_EQ(refused(Refusal::short_header), 20U);
}

}  // namespace
}  // namespace flowcef::test
