// Input that is wrong in a way that the tests of one format alone do not show.
#include "support/decode_fixture.hpp"

namespace flowcef::test {
namespace {

class Malformed : public DecodeFixture {};

ByteWriter port_template(std::uint16_t id = 256) {
  return template_record(id, {{8, 4}, {7, 2}});
}

ByteWriter port_record(std::uint16_t port = 80) {
  return ByteWriter().u32(0x0a000001).u16(port);
}

/// Both formats with sets: what holds for one holds for the other.
class Sets : public Malformed, public testing::WithParamInterface<ExportFormat> {
 protected:
  [[nodiscard]] static MessageBuilder message() {
    return GetParam() == ExportFormat::ipfix ? MessageBuilder::ipfix() : MessageBuilder::netflow9();
  }
};

INSTANTIATE_TEST_SUITE_P(Formats, Sets, testing::Values(ExportFormat::netflow9, ExportFormat::ipfix),
                         [](const auto& row) { return std::string(to_string(row.param)); });

TEST_P(Sets, FewerTrailingBytesThanASetHeader) {
  for (std::size_t count = 1; count < 4; ++count) {
    ByteWriter rest;
    for (std::size_t i = 0; i < count; ++i) rest.u8(0xff);
    decode(message().templates(port_template()).set(256, port_record()).raw(rest));
    EXPECT_EQ(records_.size(), count);
    EXPECT_EQ(refused(Refusal::bad_set_length), count);
  }
}

TEST_P(Sets, LengthsThatEndTheDatagram) {
  std::uint64_t refusals = 0;
  for (const int length : {0, 1, 2, 3, 9, 65535}) {
    records_.clear();
    decode(message()
               .templates(port_template())
               .set(256, port_record())
               .raw(ByteWriter().u16(256).u16(static_cast<std::uint16_t>(length)).u32(0x01010101))
               .set(256, port_record()));
    EXPECT_EQ(refused(Refusal::bad_set_length), ++refusals) << length;
    EXPECT_EQ(records_.size(), 1U) << length;
  }
}

TEST_P(Sets, EmptyOnesAreNothing) {
  decode(message()
             .templates(ByteWriter())
             .options_templates(ByteWriter())
             .templates(port_template())
             .set(256, ByteWriter())
             .set(256, port_record()));
  EXPECT_EQ(records_.size(), 1U);
  EXPECT_EQ(counters_.refused_total(), 0U);
}

TEST_P(Sets, ReservedIdsCostTheSetOnly) {
  const bool ipfix = GetParam() == ExportFormat::ipfix;
  std::uint64_t refusals = 0;
  for (const int id : {ipfix ? 0 : 2, ipfix ? 1 : 3, 4, 128, 255}) {
    records_.clear();
    decode(message()
               .templates(port_template())
               .set(static_cast<std::uint16_t>(id), port_record())
               .set(256, port_record()));
    EXPECT_EQ(refused(Refusal::reserved_set_id), ++refusals) << id;
    EXPECT_EQ(records_.size(), 1U) << id;
  }
}

TEST_P(Sets, ABadTemplateCostsTheRestOfItsSetOnly) {
  decode(message()
             .templates(ByteWriter().u16(255).u16(1).u16(4).u16(1).append(port_template(257).bytes()))
             .templates(port_template())
             .set(257, port_record())
             .set(256, port_record()));
  EXPECT_EQ(refused(Refusal::bad_template), 1U);
  EXPECT_EQ(refused(Refusal::template_missing), 1U) << "what stood behind it could not be found";
  EXPECT_EQ(records_.size(), 1U);
}

TEST_P(Sets, FieldCountsThatCannotBeTrueReserveNothing) {
  decode(message().templates(ByteWriter().u16(256).u16(65535).u16(8).u16(4)));
  decode(message().templates(ByteWriter().u16(256).u16(3).u16(8).u16(4)));
  EXPECT_EQ(refused(Refusal::too_many_fields), 1U);
  EXPECT_EQ(refused(Refusal::bad_template), 1U);
  EXPECT_EQ(counters_.templates.value(), 0U);
}

// Every value may be empty, but each costs a byte: a set yields no more records than it has bytes.
TEST_P(Sets, RecordsOfVariableLengthAloneEnd) {
  decode(message().templates(template_record(256, {{371, 65535}})).set(256, ByteWriter().zeros(1000)));
  EXPECT_EQ(records_.size(), 1000U);
  decode(
      message().templates(template_record(257, {{371, 65535}, {82, 65535}, {4, 0}})).set(257, ByteWriter().zeros(9)));
  EXPECT_EQ(records_.size(), 1004U);
}

// SS-13: a new layout holds at once, also where an id changes from flows to options and back.
TEST_P(Sets, AnIdChangesItsKindAndBack) {
  const bool ipfix = GetParam() == ExportFormat::ipfix;
  const ByteWriter options = ipfix ? ipfix_options_record(256, {{149, 4}}, {{34, 4}})
                                   : netflow9_options_record(256, {{1, 4}}, {{34, 4}}).zeros(2);
  decode(message()
             .templates(port_template())
             .set(256, port_record())
             .options_templates(options)
             .set(256, ByteWriter().u32(1).u32(100))
             .templates(port_template())
             .set(256, port_record(443)));
  ASSERT_EQ(records_.size(), 3U);
  EXPECT_FALSE(records_[0].options);
  EXPECT_TRUE(records_[1].options);
  EXPECT_EQ(records_[1].hex.at("samplingInterval"), "00000064");
  EXPECT_FALSE(records_[2].options);
  EXPECT_EQ(records_[2].hex.at("sourceTransportPort"), "01bb");
  EXPECT_EQ(counters_.options_records.value(), 1U);
}

struct BadValue {
  const char* name;
  ByteWriter set;
};

class VariableLengths : public Malformed, public testing::WithParamInterface<BadValue> {};

TEST_P(VariableLengths, PastTheEndOfTheSetCostTheRecord) {
  decode(MessageBuilder::ipfix()
             .templates(template_record(256, {{4, 1}, {371, 65535}, {82, 65535}}))
             .set(256, ByteWriter().u8(6).variable("a").variable("b").append(GetParam().set.bytes()))
             .set(256, ByteWriter().u8(17).variable("c").variable("d")));
  ASSERT_EQ(records_.size(), 2U);
  EXPECT_EQ(records_[1].hex.at("userName"), "63");
  EXPECT_EQ(refused(Refusal::bad_record), 1U);
  EXPECT_EQ(counters_.refused_total(), 1U);
}

INSTANTIATE_TEST_SUITE_P(All, VariableLengths,
                         testing::Values(BadValue{"LongFormOf65535", ByteWriter().u8(6).u8(255).u16(65535).text("abc")},
                                         BadValue{"LongFormCutOff", ByteWriter().u8(6).u8(255).u8(0)},
                                         BadValue{"LongFormWithoutLength", ByteWriter().u8(6).u8(1).u8('x').u8(255)},
                                         BadValue{"OneByteTooMany", ByteWriter().u8(6).u8(1).u8('x').u8(3).text("ab")},
                                         BadValue{"SecondValueMissing", ByteWriter().u8(6).u8(3).text("abc")}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(Sets, ABodySmallerThanOneRecord) {
  decode(message().templates(port_template()).set(256, ByteWriter().u32(1).u8(2)));
  EXPECT_TRUE(records_.empty());
  EXPECT_EQ(refused(Refusal::bad_record), 1U);
  decode(message().set(256, ByteWriter().zeros(5)));
  EXPECT_EQ(refused(Refusal::bad_record), 1U) << "padding";
}

struct BadOptionsTemplate {
  const char* name;
  ByteWriter record;
};

class Netflow9Options : public Malformed, public testing::WithParamInterface<BadOptionsTemplate> {};

TEST_P(Netflow9Options, LengthsThatDoNotFitAreRefused) {
  decode(MessageBuilder::netflow9()
             .options_templates(GetParam().record)
             .templates(port_template())
             .set(256, port_record()));
  EXPECT_EQ(refused(Refusal::bad_template), 1U);
  EXPECT_EQ(records_.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    All, Netflow9Options,
    testing::Values(
        BadOptionsTemplate{"ScopeOfThreeBytes", ByteWriter().u16(257).u16(3).u16(4).u16(1).u16(4).u16(34).u16(4)},
        BadOptionsTemplate{"OptionsOfSixBytes", ByteWriter().u16(257).u16(4).u16(6).u16(1).u16(4).u16(34).u16(4)},
        BadOptionsTemplate{"ScopePastTheSet", ByteWriter().u16(257).u16(400).u16(4).u16(1).u16(4).u16(34).u16(4)},
        BadOptionsTemplate{"OptionsPastTheSet", ByteWriter().u16(257).u16(4).u16(8).u16(1).u16(4).u16(34).u16(4)},
        BadOptionsTemplate{"IdOfAFixedSet", ByteWriter().u16(1).u16(4).u16(4).u16(1).u16(4).u16(34).u16(4)}),
    [](const auto& row) { return std::string(row.param.name); });

// RFC 7011 section 3.4.2.2 wants a scope; without one the values still are what they are.
TEST_F(Malformed, IpfixOptionsWithoutAScopeAreTaken) {
  decode(MessageBuilder::ipfix()
             .options_templates(ipfix_options_record(256, {}, {{34, 4}}))
             .set(256, ByteWriter().u32(100)));
  ASSERT_EQ(records_.size(), 1U);
  EXPECT_TRUE(records_[0].options);
}

// An IPv4 exporter that an IPv6 socket heard is the same one.
TEST_F(Malformed, AMappedAddressIsTheIpv4Address) {
  decode_from("::ffff:192.0.2.1", 5000, MessageBuilder::netflow9().templates(port_template()));
  decode_from("192.0.2.1", 5000, MessageBuilder::netflow9().set(256, port_record()));
  EXPECT_EQ(records_.size(), 1U);
}

TEST_F(Malformed, LinkLocalExportersAreToldApart) {
  decode_from("fe80::1", 5000, MessageBuilder::netflow9().templates(port_template()));
  decode_from("fe80::2", 5000, MessageBuilder::netflow9().set(256, port_record()));
  EXPECT_EQ(refused(Refusal::template_missing), 1U);
  decode_from("fe80::1", 5000, MessageBuilder::netflow9().set(256, port_record()));
  EXPECT_EQ(records_.size(), 1U);
}

// Behind one translated address: IPFIX tells its exporters apart by their ports, with domain 0 too (PX-02).
TEST_F(Malformed, IpfixExportersBehindOneAddress) {
  const ByteWriter other = template_record(256, {{4, 1}});
  decode_from("192.0.2.1", 1001, MessageBuilder::ipfix(1'700'000'000, 0).templates(port_template()));
  decode_from("192.0.2.1", 1002, MessageBuilder::ipfix(1'700'000'000, 0).templates(other));
  decode_from("192.0.2.1", 1001, MessageBuilder::ipfix(1'700'000'000, 0).set(256, port_record()));
  decode_from("192.0.2.1", 1002, MessageBuilder::ipfix(1'700'000'000, 0).set(256, ByteWriter().u8(6)));
  ASSERT_EQ(records_.size(), 2U);
  EXPECT_TRUE(records_[0].hex.contains("sourceIPv4Address"));
  EXPECT_TRUE(records_[1].hex.contains("protocolIdentifier"));
}

TEST_F(Malformed, DatagramsTooShortToTellTheirVersion) {
  decode(std::vector<std::uint8_t>{});
  decode(std::vector<std::uint8_t>{9});
  EXPECT_EQ(refused(Refusal::short_header), 2U);
}

}  // namespace
}  // namespace flowcef::test
