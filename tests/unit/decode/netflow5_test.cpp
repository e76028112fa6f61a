#include "support/decode_fixture.hpp"

namespace flowcef::test {
namespace {

class Netflow5 : public DecodeFixture {};

std::vector<std::uint8_t> message(Netflow5Header header, int records) {
  ByteWriter out = netflow5_header(header);
  for (int i = 0; i < records; ++i) out.append(netflow5_record({}).bytes());
  return out.bytes();
}

// SS-03, SS-18: count 7 has length 360 (24 + 7 * 48).
TEST_F(Netflow5, DecodesHeaderAndRecords) {
  const auto bytes = message({.count = 7}, 7);
  ASSERT_EQ(bytes.size(), 360U);
  decode(bytes);
  ASSERT_EQ(records_.size(), 7U);
  EXPECT_EQ(counters_.refused_total(), 0U);
  EXPECT_EQ(counters_.records.value(), 7U);
  EXPECT_EQ(contexts_[0].uptime_ms, 1'000'000U);
  EXPECT_EQ(contexts_[0].domain, 0x0203U);
}

// SK-11: nanoseconds are added to the seconds; what is no count of nanoseconds is left out.
TEST_F(Netflow5, AddsNanoseconds) {
  decode(message({.nanoseconds = 123'999'999}, 1));
  decode(message({.nanoseconds = 1'000'000'000}, 1));
  EXPECT_EQ(contexts_[0].export_ms, 1'700'000'000'123);
  EXPECT_EQ(contexts_[1].export_ms, 1'700'000'000'000);
}

// SK-12: every field under its IANA name.
TEST_F(Netflow5, NamesEveryField) {
  decode(message({.sampling = 0x4064}, 1));
  const auto& hex = records_.at(0).hex;
  EXPECT_EQ(hex.at("sourceIPv4Address"), "0a000001");
  EXPECT_EQ(hex.at("destinationIPv4Address"), "c0000201");
  EXPECT_EQ(hex.at("ipNextHopIPv4Address"), "0a0000fe");
  EXPECT_EQ(hex.at("ingressInterface"), "0001");
  EXPECT_EQ(hex.at("egressInterface"), "0002");
  EXPECT_EQ(hex.at("packetDeltaCount"), "00000003");
  EXPECT_EQ(hex.at("octetDeltaCount"), "000004b0");
  EXPECT_EQ(hex.at("flowStartSysUpTime"), "000f1b30");
  EXPECT_EQ(hex.at("flowEndSysUpTime"), "000f3e58");
  EXPECT_EQ(hex.at("sourceTransportPort"), "9c40");
  EXPECT_EQ(hex.at("destinationTransportPort"), "01bb");
  EXPECT_EQ(hex.at("tcpControlBits"), "1b");
  EXPECT_EQ(hex.at("protocolIdentifier"), "06");
  EXPECT_EQ(hex.at("ipClassOfService"), "08");
  EXPECT_EQ(hex.at("bgpSourceAsNumber"), "fc00");
  EXPECT_EQ(hex.at("bgpDestinationAsNumber"), "fc01");
  EXPECT_EQ(hex.at("sourceIPv4PrefixLength"), "18");
  EXPECT_EQ(hex.at("destinationIPv4PrefixLength"), "10");
  EXPECT_EQ(hex.at("engineType"), "02");
  EXPECT_EQ(hex.at("engineId"), "03");
  EXPECT_EQ(hex.at("samplingInterval"), "4064");
}

TEST_F(Netflow5, EveryTruncationYieldsTheWholeRecordsAndIsCounted) {
  const auto whole = message({.count = 3}, 3);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    records_.clear();
    const std::uint64_t before = counters_.refused_total();
    decode({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
    EXPECT_EQ(records_.size(), length < 24 ? 0 : (length - 24) / 48) << length;
    EXPECT_EQ(counters_.refused_total(), before + 1) << length;
  }
}

TEST_F(Netflow5, CountAndLengthThatDisagreeAreCounted) {
  decode(message({.count = 1}, 2));  // bytes behind the last record
  EXPECT_EQ(records_.size(), 1U);
  decode(message({.count = 0}, 1));
  EXPECT_EQ(records_.size(), 1U);
  EXPECT_EQ(refused(Refusal::bad_message_length), 2U);
}

TEST_F(Netflow5, OtherTrafficThatBeginsWithFiveMakesNoRecords) {
  // A DNS answer with id 5: the flags stand where the count would.
  auto answer = message({.count = 0x8180}, 4);
  answer.pop_back();
  decode(answer);
  EXPECT_TRUE(records_.empty());
  EXPECT_EQ(refused(Refusal::bad_message_length), 1U);
}

TEST_F(Netflow5, CountsBeyondAllMeasureOverWholeRecordsOccur) {
  decode(message({.count = 55582}, 30));
  EXPECT_EQ(records_.size(), 30U);
  EXPECT_EQ(refused(Refusal::bad_message_length), 1U);
}

TEST_F(Netflow5, UnknownVersionsAreCounted) {
  decode(ByteWriter().u16(8).zeros(100).bytes());
  decode(ByteWriter().u16(0).zeros(100).bytes());
  EXPECT_EQ(refused(Refusal::unknown_version), 2U);
}

}  // namespace
}  // namespace flowcef::test
