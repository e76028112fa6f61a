#include "flowcef/decode/fixed_formats.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "flowcef/decode/data_set.hpp"
#include "support/packet_builder.hpp"

namespace flowcef::test {
namespace {

ByteWriter record_beginning() {
  ByteWriter out;
  out.u32(0x0a000001).u32(0xc0000201).u32(0x0a0000fe).u16(1).u16(2).u32(3).u32(1200).u32(990'000).u32(999'000);
  return out.u16(40000).u16(443);
}

ByteWriter netflow1_message(std::size_t count, std::size_t records, std::size_t record_length) {
  ByteWriter out;
  out.u16(1).u16(count).u32(1'000'000).u32(1'700'000'000).u32(123'999'999);
  for (std::size_t i = 0; i < records; ++i) {
    out.append(record_beginning().u16(0xeeee).u8(6).u8(8).u8(27).bytes()).zeros(record_length - 41);
  }
  return out;
}

ByteWriter netflow7_message(std::size_t count, std::size_t records) {
  ByteWriter out;
  out.u16(7).u16(count).u32(1'000'000).u32(1'700'000'000).u32(0).u32(77).u32(0xeeee'eeee);
  for (std::size_t i = 0; i < records; ++i) {
    out.append(record_beginning().u8(0x07).u8(27).u8(6).u8(8).u16(64512).u16(64513).u8(24).u8(16).bytes());
    out.u16(0x0102).u32(0x0a0000fd);
  }
  return out;
}

ByteWriter netflow5_message(std::uint16_t count, std::size_t records) {
  ByteWriter out = netflow5_header({.count = count, .sequence = 77});
  for (std::size_t i = 0; i < records; ++i) out.append(netflow5_record({}).bytes());
  return out;
}

class FixedFormats : public testing::Test {
 protected:
  /// Returns: the last record's fields by name, in hex; the second one of a name with a `+`.
  std::map<std::string, std::string> last_record(const FixedMessage& message) const {
    const auto layout = make_fixed_template(*message.format, registry_);
    ExportContext context;
    context.header = message.header;
    const DataSet set{*layout, context, 0, message.records, message.record_count, {}, 0, {}, {}};
    std::map<std::string, std::string> fields;
    for (const Field& field : layout->fields) {
      std::string name = field.element->name;
      if (fields.contains(name)) name += '+';
      for (const std::uint8_t byte : value_of(set, set.record_count - 1, field)) {
        fields[name] += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
      }
    }
    return fields;
  }

  ElementRegistry registry_;
};

const std::map<std::string, std::string> kBeginning = {{"sourceIPv4Address", "0a000001"},
                                                       {"destinationIPv4Address", "c0000201"},
                                                       {"ipNextHopIPv4Address", "0a0000fe"},
                                                       {"ingressInterface", "0001"},
                                                       {"egressInterface", "0002"},
                                                       {"packetDeltaCount", "00000003"},
                                                       {"octetDeltaCount", "000004b0"},
                                                       {"flowStartSysUpTime", "000f1b30"},
                                                       {"flowEndSysUpTime", "000f3e58"},
                                                       {"sourceTransportPort", "9c40"},
                                                       {"destinationTransportPort", "01bb"},
                                                       {"icmpTypeCodeIPv4", "01bb"},
                                                       {"protocolIdentifier", "06"},
                                                       {"ipClassOfService", "08"},
                                                       {"tcpControlBits", "1b"}};

std::map<std::string, std::string> with(std::map<std::string, std::string> fields,
                                        const std::map<std::string, std::string>& more) {
  fields.insert(more.begin(), more.end());
  return fields;
}

TEST_F(FixedFormats, Netflow1WithRecordsOf48And52Bytes) {
  for (const std::size_t length : {std::size_t{48}, std::size_t{52}}) {
    const ByteWriter bytes = netflow1_message(3, 3, length);
    const FixedMessage message = read_fixed_message(bytes.bytes());
    ASSERT_NE(message.format, nullptr) << length;
    EXPECT_EQ(message.refusal, std::nullopt);
    EXPECT_EQ(message.format->format, ExportFormat::netflow1);
    EXPECT_FALSE(message.format->has_sequence);
    EXPECT_EQ(message.record_count, 3U);
    EXPECT_EQ(message.records.size(), 3 * length);
    EXPECT_EQ(message.header.size(), 16U);
    EXPECT_EQ(message.uptime_ms, 1'000'000U);
    EXPECT_EQ(message.export_ms, 1'700'000'000'123);
    EXPECT_EQ(message.sequence, 0U);
    EXPECT_EQ(last_record(message), kBeginning);
  }
}

// Where no length of a record fits, what begins with a 1 is something else, or cut off.
TEST_F(FixedFormats, Netflow1OfAnyOtherLengthIsRefused) {
  const auto whole = netflow1_message(3, 3, 48).bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const FixedMessage message = read_fixed_message(Bytes(whole).first(length));
    EXPECT_EQ(message.format, nullptr) << length;
    EXPECT_EQ(message.refusal, length < 16 ? Refusal::short_header : Refusal::bad_message_length) << length;
  }
  for (const ByteWriter& bytes : {netflow1_message(0, 1, 48), netflow1_message(65535, 24, 48),
                                  netflow1_message(3, 3, 50), netflow1_message(2, 3, 48)}) {
    EXPECT_EQ(read_fixed_message(bytes.bytes()).format, nullptr);
    EXPECT_EQ(read_fixed_message(bytes.bytes()).refusal, Refusal::bad_message_length);
  }
}

TEST_F(FixedFormats, Netflow1WithoutRecordsIsWhole) {
  const ByteWriter bytes = netflow1_message(0, 0, 48);
  const FixedMessage message = read_fixed_message(bytes.bytes());
  EXPECT_NE(message.format, nullptr);
  EXPECT_EQ(message.refusal, std::nullopt);
  EXPECT_EQ(message.record_count, 0U);
}

// What v5 leaves as padding says which fields are invalid; the address of the bypassed router comes last.
TEST_F(FixedFormats, Netflow7) {
  const ByteWriter bytes = netflow7_message(27, 27);
  const FixedMessage message = read_fixed_message(bytes.bytes());
  ASSERT_NE(message.format, nullptr);
  EXPECT_EQ(message.refusal, std::nullopt);
  EXPECT_EQ(message.format->format, ExportFormat::netflow7);
  EXPECT_TRUE(message.format->has_sequence);
  EXPECT_EQ(message.record_count, 27U);
  EXPECT_EQ(message.sequence, 77U);
  EXPECT_EQ(message.domain, 0U);
  EXPECT_EQ(last_record(message), with(kBeginning, {{"bgpSourceAsNumber", "fc00"},
                                                    {"bgpDestinationAsNumber", "fc01"},
                                                    {"sourceIPv4PrefixLength", "18"},
                                                    {"destinationIPv4PrefixLength", "10"},
                                                    {"flags", "07"},
                                                    {"flags+", "0102"},
                                                    {"routerSc", "0a0000fd"}}));
}

TEST_F(FixedFormats, Netflow5) {
  const ByteWriter bytes = netflow5_message(2, 2);
  const FixedMessage message = read_fixed_message(bytes.bytes());
  ASSERT_NE(message.format, nullptr);
  EXPECT_EQ(message.refusal, std::nullopt);
  EXPECT_EQ(message.format->format, ExportFormat::netflow5);
  EXPECT_EQ(message.record_count, 2U);
  EXPECT_EQ(message.sequence, 77U);
  EXPECT_EQ(message.domain, 0x0203U);
  EXPECT_EQ(last_record(message).at("engineType"), "02");
}

// As much as count and length both allow; the difference is counted.
TEST_F(FixedFormats, CountAndLengthThatDisagree) {
  struct Case {
    const char* name;
    ByteWriter bytes;
    std::optional<std::uint32_t> records;
  };
  const Case cases[] = {{"v5 count too low", netflow5_message(1, 2), 1},
                        {"v5 count too high", netflow5_message(3, 2), 2},
                        {"v5 count 0", netflow5_message(0, 2), 0},
                        {"v5 count beyond all measure", netflow5_message(55582, 30), 30},
                        {"v5 other traffic", netflow5_message(0x8180, 4).u8(0), std::nullopt},
                        {"v7 count too low", netflow7_message(1, 2), 1},
                        {"v7 count too high", netflow7_message(3, 2), 2},
                        {"v7 bytes behind", netflow7_message(2, 2).u8(0), 2},
                        {"v7 other traffic", netflow7_message(0x8180, 4).u8(0), std::nullopt}};
  for (const Case& wrong : cases) {
    const FixedMessage message = read_fixed_message(wrong.bytes.bytes());
    EXPECT_EQ(message.refusal, Refusal::bad_message_length) << wrong.name;
    EXPECT_EQ(message.format != nullptr, wrong.records.has_value()) << wrong.name;
    EXPECT_EQ(message.record_count, wrong.records.value_or(0)) << wrong.name;
  }
}

TEST_F(FixedFormats, EveryTruncationOfNetflow7YieldsTheWholeRecords) {
  const auto whole = netflow7_message(3, 3).bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const FixedMessage message = read_fixed_message(Bytes(whole).first(length));
    EXPECT_EQ(message.record_count, length < 24 ? 0 : (length - 24) / 52) << length;
    EXPECT_EQ(message.records.size(), message.record_count * 52U) << length;
    EXPECT_EQ(message.refusal, length < 24 ? Refusal::short_header : Refusal::bad_message_length) << length;
  }
}

TEST_F(FixedFormats, OtherVersionsAreNone) {
  for (const unsigned version : {0U, 2U, 6U, 8U, 9U, 10U, 0xffffU}) {
    const FixedMessage message = read_fixed_message(ByteWriter().u16(version).u16(1).zeros(100).bytes());
    EXPECT_EQ(message.format, nullptr);
    EXPECT_EQ(message.refusal, Refusal::unknown_version);
  }
}

// The mapping can name what only v7 has.
TEST_F(FixedFormats, Netflow7ElementsHaveNames) {
  EXPECT_EQ(registry_.find_by_name("routerSc")->type, DataType::ipv4_address);
  EXPECT_EQ(registry_.find_by_name("flags")->id, (ElementId{kNetflow7Pen, kNetflow7Flags}));
}

}  // namespace
}  // namespace flowcef::test
