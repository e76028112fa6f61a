#include "support/decode_fixture.hpp"

namespace flowcef::test {
namespace {

class Ipfix : public DecodeFixture {};

// RFC 7011 section 3.2: enterprise-specific elements carry their number behind the length.
TEST_F(Ipfix, ReadsEnterpriseElements) {
  decode(MessageBuilder::ipfix()
             .templates(template_record(256, {{1, 8}, {1, 8, kReversePen}, {77, 2, 4711}}))
             .set(256, ByteWriter().u64(10).u64(20).u16(7)));
  ASSERT_EQ(records_.size(), 1U);
  EXPECT_EQ(records_[0].hex.at("octetDeltaCount"), "000000000000000a");
  EXPECT_EQ(records_[0].hex.at("reverseOctetDeltaCount"), "0000000000000014");
  EXPECT_EQ(records_[0].hex.at("4711:77"), "0007");
}

// RFC 7011 section 7: one length byte, or 255 and two more.
TEST_F(Ipfix, ReadsVariableLengthValues) {
  const std::string text(300, 'x');
  decode(MessageBuilder::ipfix()
             .templates(template_record(256, {{371, 65535}, {4, 1}}))
             .set(256, ByteWriter().variable("bob").u8(6).variable(text).u8(17).variable("").u8(1)));
  ASSERT_EQ(records_.size(), 3U);
  EXPECT_EQ(records_[0].hex.at("userName"), "626f62");
  EXPECT_EQ(records_[1].hex.at("userName").size(), 600U);
  EXPECT_EQ(records_[2].hex.at("userName"), "");
  EXPECT_EQ(records_[2].hex.at("protocolIdentifier"), "01");
}

TEST_F(Ipfix, AVariableLengthPastTheEndCostsThatRecordOnly) {
  decode(MessageBuilder::ipfix()
             .templates(template_record(256, {{371, 65535}}))
             .set(256, ByteWriter().variable("good").u8(200).text("cut"))
             .set(256, ByteWriter().variable("next")));
  ASSERT_EQ(records_.size(), 2U);
  EXPECT_EQ(records_[1].hex.at("userName"), "6e657874");
  EXPECT_EQ(refused(Refusal::bad_record), 1U);
}

TEST_F(Ipfix, ACutRecordIsCounted) {
  decode(MessageBuilder::ipfix()
             .templates(template_record(256, {{8, 4}, {7, 2}}))
             .set(256, ByteWriter().u32(1).u16(2).u32(3)));
  EXPECT_EQ(records_.size(), 1U);
  EXPECT_EQ(refused(Refusal::bad_record), 1U);
  decode(MessageBuilder::ipfix().set(256, ByteWriter().u32(1).u16(2).zeros(3)));
  EXPECT_EQ(records_.size(), 2U);
  EXPECT_EQ(refused(Refusal::bad_record), 1U) << "zeros are padding";
}

// RFC 7011 section 8: over UDP templates belong to the sender's address and port.
TEST_F(Ipfix, KeepsTemplatesPerPort) {
  decode_from("192.0.2.1", 5000, MessageBuilder::ipfix().templates(template_record(256, {{4, 1}})));
  decode_from("192.0.2.1", 6000, MessageBuilder::ipfix().set(256, ByteWriter().u8(6)));
  EXPECT_EQ(refused(Refusal::template_missing), 1U);
  decode_from("192.0.2.1", 5000, MessageBuilder::ipfix().set(256, ByteWriter().u8(6)));
  EXPECT_EQ(records_.size(), 1U);
}

TEST_F(Ipfix, OneIdInTwoDomainsMeansTwoThings) {
  decode(MessageBuilder::ipfix(1'700'000'000, 1).templates(template_record(256, {{4, 1}})));
  decode(MessageBuilder::ipfix(1'700'000'000, 2).templates(template_record(256, {{7, 2}})));
  decode(MessageBuilder::ipfix(1'700'000'000, 1).set(256, ByteWriter().u8(6)));
  decode(MessageBuilder::ipfix(1'700'000'000, 2).set(256, ByteWriter().u16(80)));
  EXPECT_TRUE(records_.at(0).hex.contains("protocolIdentifier"));
  EXPECT_TRUE(records_.at(1).hex.contains("sourceTransportPort"));
}

TEST_F(Ipfix, DecodesOptions) {
  decode(MessageBuilder::ipfix()
             .options_templates(ipfix_options_record(300, {{143, 4}}, {{82, 65535}}))
             .set(300, ByteWriter().u32(5).variable("eth0")));
  ASSERT_EQ(records_.size(), 1U);
  EXPECT_TRUE(records_[0].options);
}

// SK-22: the boot time comes in options data; uptimes of later flow records count from it.
TEST_F(Ipfix, LearnsTheBootTimeFromOptions) {
  const auto flows = template_record(256, {{22, 4}});
  decode(MessageBuilder::ipfix().templates(flows).set(256, ByteWriter().u32(1)));
  EXPECT_FALSE(contexts_.at(0).uptime_known);
  decode(MessageBuilder::ipfix()
             .options_templates(ipfix_options_record(300, {{143, 4}}, {{160, 8}}))
             .set(300, ByteWriter().u32(5).u64(1'699'999'000'000))
             .set(256, ByteWriter().u32(1)));
  EXPECT_TRUE(contexts_.at(2).uptime_known);
  EXPECT_EQ(contexts_.at(2).uptime_ms, 1'000'000U);
}

TEST_F(Ipfix, DecodesUpToTheShorterOfLengthAndDatagram) {
  auto bytes = MessageBuilder::ipfix().templates(template_record(256, {{4, 1}})).set(256, ByteWriter().u8(6)).bytes();
  auto longer = bytes;
  longer[3] = static_cast<std::uint8_t>(bytes.size() + 10);
  decode(longer);
  EXPECT_EQ(records_.size(), 1U);
  EXPECT_EQ(refused(Refusal::bad_message_length), 1U);
  bytes.push_back(0);  // behind the message: filler
  decode(bytes);
  EXPECT_EQ(refused(Refusal::bad_message_length), 1U);
  bytes.back() = 0x55;  // or something that nobody announced
  decode(bytes);
  EXPECT_EQ(refused(Refusal::bad_message_length), 2U);
  EXPECT_EQ(records_.size(), 3U);
  bytes[2] = 0, bytes[3] = 15;
  decode(bytes);
  EXPECT_EQ(records_.size(), 3U);
  EXPECT_EQ(refused(Refusal::bad_message_length), 3U);
}

// RFC 7011 section 8.1: over UDP a withdrawal means nothing.
TEST_F(Ipfix, WithdrawalsAreCountedAndIgnored) {
  decode(MessageBuilder::ipfix().templates(template_record(256, {{4, 1}})));
  decode(MessageBuilder::ipfix().templates(template_record(256, {})).set(256, ByteWriter().u8(6)));
  EXPECT_EQ(records_.size(), 1U);
  EXPECT_EQ(refused(Refusal::ignored_withdrawal), 1U);
}

class IpfixWithFourTemplates : public DecodeFixture {
 protected:
  IpfixWithFourTemplates() : DecodeFixture(limited(4)) {}
};

// SS-10: with the cache full one template is ejected, the least recently used, and counted.
TEST_F(IpfixWithFourTemplates, EjectsTheLeastRecentlyUsed) {
  for (std::uint16_t id = 256; id < 260; ++id) decode(MessageBuilder::ipfix().templates(template_record(id, {{4, 1}})));
  decode(MessageBuilder::ipfix().set(256, ByteWriter().u8(6)));  // used: 257 is the oldest now
  decode(MessageBuilder::ipfix().templates(template_record(260, {{4, 1}})));
  EXPECT_EQ(counters_.templates_ejected.value(), 1U);
  decode(MessageBuilder::ipfix().set(256, ByteWriter().u8(6)).set(257, ByteWriter().u8(6)));
  EXPECT_EQ(records_.size(), 2U);
  EXPECT_EQ(refused(Refusal::template_missing), 1U);
}

TEST_F(Ipfix, EveryTruncationAndEveryFlippedByteIsSafe) {
  const auto whole = MessageBuilder::ipfix()
                         .templates(template_record(256, {{371, 65535}, {77, 2, 4711}, {4, 1}}))
                         .options_templates(ipfix_options_record(300, {{143, 4}}, {{160, 8}, {82, 65535}}))
                         .set(256, ByteWriter().variable("bob").u16(1).u8(6).variable("").u16(2).u8(17))
                         .set(300, ByteWriter().u32(5).u64(1).variable("eth0"))
                         .bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    decode(std::vector<std::uint8_t>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int value : {0, 1, 0x7f, 0x80, 0xff}) {
      auto bent = whole;
      bent[at] = static_cast<std::uint8_t>(value);
      decode(bent);
    }
  }
  EXPECT_EQ(counters_.records.value(), records_.size());
}

}  // namespace
}  // namespace flowcef::test
