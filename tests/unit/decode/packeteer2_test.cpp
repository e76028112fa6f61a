#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "flowcef/config/element_table_loader.hpp"
#include "flowcef/config/layout_loader.hpp"
#include "flowcef/config/text_file.hpp"
#include "support/decode_fixture.hpp"

namespace flowcef::test {
namespace {

const std::filesystem::path kMappings =
    std::filesystem::path(__FILE__).parent_path().parent_path().parent_path().parent_path() / "mappings";

/// The shipped layout, as it is or with other text in it.
class Packeteer2 : public DecodeFixture {
 protected:
  Packeteer2() : Packeteer2(DecodeConfig{}) {}
  explicit Packeteer2(const DecodeConfig& config) : DecodeFixture(config) {
    std::vector<ElementRow> rows;
    ConfigErrors errors;
    const std::filesystem::path table = kMappings / "elements" / "packeteer.tsv";
    parse_element_table(table, read_text_file(table).value_or(""), rows, errors);
    EXPECT_TRUE(errors.empty() && !rows.empty() && registry_.add(rows).empty());
    const auto layouts = load_layouts(kMappings / "layouts");
    EXPECT_TRUE(layouts.has_value());
    for (LayoutConfig layout : *layouts) EXPECT_TRUE(registry_.add_layout(layout).empty());
    decoder_.reconfigure(registry_);
  }

  /// Three datagrams of two records each, which tell that records have 64 bytes.
  void learn() {
    for (std::uint32_t i = 0; i < 3; ++i) decode(packeteer2({.count = 2, .total_flows = 1 + 2 * i}, 2));
    ASSERT_EQ(records_.size(), 6U);
    records_.clear();
    contexts_.clear();
  }

  [[nodiscard]] std::uint64_t refused_so_far(Refusal reason) const {
    return counters_.refused[static_cast<std::size_t>(reason)].value();
  }

  [[nodiscard]] SequenceCounts sequence() {
    return decoder_.exporters().exporter(*IpAddress::parse("192.0.2.1")).counts.sequence;
  }
};

// BC-04, BC-05, BC-06, FD-31, FD-32: every published field under its name.
TEST_F(Packeteer2, NamesEveryField) {
  const Packeteer2Record record{0x0a010203, 0xcb007105, 0x01020304, 3,   4,  5,  6,
                                990'001,    999'002,    50'001,     443, 32, 27, 6};
  for (std::uint32_t i = 0; i < 3; ++i)
    decode(packeteer2({.total_flows = 0x0a0b0c0d, .record_id = 0x10203}, 1, 64, record));
  ASSERT_EQ(records_.size(), 3U);
  const std::map<std::string, std::string> expected = {
      {"sourceIPv4Address", "0a010203"},
      {"destinationIPv4Address", "cb007105"},
      {"packeteerClassId", "01020304"},
      {"ingressInterface", "0003"},
      {"egressInterface", "0004"},
      {"packetDeltaCount", "00000005"},
      {"octetDeltaCount", "00000006"},
      {"flowStartSysUpTime", "000f1b31"},
      {"flowEndSysUpTime", "000f3e5a"},
      {"sourceTransportPort", "c351"},
      {"destinationTransportPort", "01bb"},
      {"icmpTypeCodeIPv4", "01bb"},
      {"packeteerPolicy", "20"},
      {"tcpControlBits", "1b"},
      {"protocolIdentifier", "06"},
      {"packeteerRest", "0102030405060708090a0b0c0d0e0f10111213141516171819"},
      {"packeteerSerialNumber", "0a98968001"},
      {"packeteerTotalFlowsSeen", "0a0b0c0d"},
      {"packeteerFlowRecordsId", "00010203"}};
  EXPECT_EQ(records_[0].hex, expected);
}

// BC-02, FD-31: the header's times and counters.
TEST_F(Packeteer2, ReadsTheHeader) {
  learn();
  decode(packeteer2({.nanoseconds = 123'999'999, .total_flows = 100, .uptime = 1'000'500}, 1));
  decode(packeteer2({.nanoseconds = 1'000'000'000, .total_flows = 101, .uptime = 1'000'600}, 1));
  ASSERT_EQ(contexts_.size(), 2U);
  EXPECT_EQ(contexts_[0].format, ExportFormat::layout);
  EXPECT_EQ(contexts_[0].export_ms, 1'700'000'000'123);
  EXPECT_EQ(contexts_[0].uptime_ms, 1'000'500U);
  EXPECT_TRUE(contexts_[0].uptime_known);
  EXPECT_EQ(contexts_[0].sequence, 100U);
  EXPECT_EQ(contexts_[1].export_ms, 1'700'000'000'000) << "no count of nanoseconds";
}

// FD-24, FD-25: whatever the count. BC-02: 39 bytes is all that is published.
TEST_F(Packeteer2, TakesAnyCount) {
  for (const std::size_t length : {std::size_t{39}, std::size_t{64}}) {
    const auto exporter = length == 39 ? "192.0.2.39" : "192.0.2.64";
    std::size_t expected = records_.size();
    for (const int count : {22, 22, 22, 1, 7, 0, 22}) {
      const auto bytes = packeteer2({.count = static_cast<std::uint8_t>(count)}, count, length);
      decoder_.decode(datagram_of(bytes, exporter));
      expected += static_cast<std::size_t>(count);
    }
    EXPECT_EQ(records_.size(), expected);
    EXPECT_EQ(records_.back().hex.contains("packeteerRest"), length == 64);
  }
  EXPECT_EQ(counters_.refused_total(), 0U);
  EXPECT_EQ(counters_.recovered_records.value(), 2 * 44U);
}

// A count of 11 over 22 records of 64 bytes tells of 128 bytes, which may be: it neither spoils what is learned nor goes on.
TEST_F(Packeteer2, AWrongCountThatDividesTeachesNothing) {
  for (const std::size_t wrong : {0U, 1U, 2U, 3U}) {
    const std::string exporter = "192.0.2." + std::to_string(10 + wrong);
    const std::size_t before = records_.size();
    for (std::size_t i = 0; i < 4; ++i) {
      const auto bytes = packeteer2({.count = static_cast<std::uint8_t>(i == wrong ? 11 : 22)}, 22);
      decoder_.decode(datagram_of(bytes, exporter));
    }
    EXPECT_EQ(records_.size() - before, 66U) << wrong;
    EXPECT_EQ(refused_so_far(Refusal::bad_message_length), wrong + 1) << wrong;
  }
}

// FD-30: one rule: refused whole, and counted.
TEST_F(Packeteer2, WhatDisagreesIsRefusedWhole) {
  learn();
  const auto whole = packeteer2({.count = 3}, 3);
  std::uint64_t expected = 0;
  for (const std::uint8_t count : std::vector<std::uint8_t>{0, 1, 2, 4, 6, 255}) {
    decode(packeteer2({.count = count}, 3));
    EXPECT_EQ(refused_so_far(Refusal::bad_message_length), ++expected) << int{count};
  }
  for (std::size_t length = 2; length < whole.size(); ++length) {
    const std::uint64_t before = counters_.refused_total();
    decode({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
    EXPECT_EQ(counters_.refused_total(), before + 1) << length;
  }
  EXPECT_TRUE(records_.empty());
  decode(whole);
  EXPECT_EQ(records_.size(), 3U) << "nothing of it has changed what is known";
}

TEST_F(Packeteer2, WhatWaitsIsReadAtTheEndIfNothingSpeaksAgainstIt) {
  decode(packeteer2({.count = 2}, 2));
  decode(packeteer2({.count = 5}, 5));
  EXPECT_TRUE(records_.empty());
  decoder_.finish();
  EXPECT_EQ(records_.size(), 7U);
  EXPECT_EQ(counters_.refused_total(), 0U);
}

TEST_F(Packeteer2, WhatWaitsIsRefusedAtTheEndIfLengthsDisagree) {
  decode(packeteer2({.count = 2}, 2, 64));
  decode(packeteer2({.count = 2}, 2, 48));
  EXPECT_EQ(refused(Refusal::record_length_unknown), 2U);
  EXPECT_TRUE(records_.empty());
}

TEST_F(Packeteer2, AUnitThatStartsAnewMayHaveOtherRecords) {
  learn();
  decode(packeteer2({.count = 2}, 2, 72));
  EXPECT_EQ(refused_so_far(Refusal::bad_message_length), 1U);
  for (int i = 0; i < 3; ++i) decode(packeteer2({.count = 2, .uptime = 5'000}, 2, 72));
  EXPECT_EQ(records_.size(), 6U);
  EXPECT_EQ(refused_so_far(Refusal::bad_message_length), 1U);
}

TEST_F(Packeteer2, AReloadKeepsWhatWasLearnedAndWhatWaits) {
  learn();
  const auto other = packeteer2({.count = 4}, 4, 50);
  decoder_.decode(datagram_of(other, "192.0.2.9"));
  decoder_.reconfigure(registry_);
  decode(packeteer2({.count = 2}, 2));
  EXPECT_EQ(records_.size(), 2U);
  for (int i = 0; i < 2; ++i) decoder_.decode(datagram_of(other, "192.0.2.9"));
  EXPECT_EQ(records_.size(), 14U);
  EXPECT_EQ(counters_.refused_total(), 0U);
}

// FD-33: the counter grows by no known step: nothing is lost by it, but a restart shows.
TEST_F(Packeteer2, TotalFlowsSeenTellsOfRestarts) {
  learn();
  decode(packeteer2({.total_flows = 5000, .uptime = 1'001'000}, 1));
  decode(packeteer2({.total_flows = 4990, .uptime = 1'000'990}, 1));
  EXPECT_EQ(sequence(), (SequenceCounts{.reordered = 1}));
  decode(packeteer2({.total_flows = 3, .uptime = 1'002'000}, 1));
  EXPECT_EQ(sequence().restarted, 1U) << "the counter went back";
  decode(packeteer2({.total_flows = 9, .uptime = 2'000}, 1));
  EXPECT_EQ(sequence(), (SequenceCounts{.reordered = 1, .restarted = 2}));
}

// FD-33: where a setting says that it counts what was sent, what is missing is lost. What waits was not lost.
TEST_F(Packeteer2, TotalFlowsSeenTellsOfLossesOnRequest) {
  input_.exporters = {{*IpPrefix::parse("192.0.2.0/24"), SequenceRule::records}};
  decoder_.reconfigure(registry_);
  learn();
  decode(packeteer2({.count = 2, .total_flows = 7}, 2));
  decode(packeteer2({.count = 2, .total_flows = 19}, 2));
  decoder_.finish();
  EXPECT_EQ(sequence(), (SequenceCounts{.lost = 10}));
}

// BC-02: each format is told by its first bytes, on one port.
TEST_F(Packeteer2, StandsBesideTheOtherFormats) {
  learn();
  decode(netflow5_header({}).append(netflow5_record({}).bytes()).bytes());
  decode(packeteer2({.count = 1}, 1));
  decode(MessageBuilder::netflow9().templates(template_record(300, {{8, 4}})).set(300, ByteWriter().u32(1)));
  decode(ByteWriter().u32(2).u32(1).zeros(40).bytes());
  EXPECT_EQ(counters_.datagrams[static_cast<std::size_t>(ExportFormat::netflow5)].value(), 1U);
  EXPECT_EQ(counters_.datagrams[static_cast<std::size_t>(ExportFormat::layout)].value(), 4U);
  EXPECT_EQ(counters_.datagrams[static_cast<std::size_t>(ExportFormat::netflow9)].value(), 1U);
  EXPECT_EQ(refused_so_far(Refusal::sflow), 1U);
  EXPECT_EQ(records_.size(), 3U);
}

// BC-03: counted under its own name, never read; NetFlow v1 is none.
TEST_F(Packeteer2, Packeteer1IsNamed) {
  decode(packeteer2({.version = 1, .count = 22}, 22));
  EXPECT_EQ(refused_so_far(Refusal::packeteer1), 1U);
  EXPECT_EQ(refusals_, std::vector{Refusal::packeteer1});
  decode(ByteWriter().u16(1).u16(2).zeros(12 + 2 * 48).bytes());
  EXPECT_EQ(counters_.datagrams[static_cast<std::size_t>(ExportFormat::netflow1)].value(), 1U);
  decode(ByteWriter().u16(1).u16(2).zeros(12 + 2 * 48 + 1).bytes());
  EXPECT_EQ(refused_so_far(Refusal::bad_message_length), 1U);
  EXPECT_EQ(refused_so_far(Refusal::packeteer1), 1U);
}

TEST_F(Packeteer2, NothingWaitsWithoutRoom) {
  input_.config.hold_bytes = 0;
  decoder_.reconfigure(registry_);
  for (int i = 0; i < 3; ++i) decode(packeteer2({.count = 2}, 2));
  EXPECT_EQ(records_.size(), 2U);
  EXPECT_EQ(refused_so_far(Refusal::record_length_unknown), 2U);
}

TEST_F(Packeteer2, LengthsThatSendersChooseTakeLittle) {
  for (std::uint32_t length = 39; length <= 128; ++length) {
    const std::string exporter = "198.51.100." + std::to_string(length);
    const auto bytes = packeteer2({.count = 1}, 1, length);
    for (int i = 0; i < 3; ++i) decoder_.decode(datagram_of(bytes, exporter));
  }
  EXPECT_EQ(records_.size(), 90U * 3);
  EXPECT_EQ(std::set<std::uint64_t>(serials_.begin(), serials_.end()).size(), 90U);
}

// BC-07, BC-08, BC-09, BC-10, FD-08: where these stand is made up here: it shows the mechanism, not the format.
TEST_F(Packeteer2, AnOperatorCanNameMore) {
  std::string text = read_text_file(kMappings / "layouts" / "packeteer2.toml").value_or("");
  text.replace(text.find("packeteer2\""), 10, "own");
  text.replace(text.find("version = 2"), 11, "version = 3");
  for (std::size_t at = text.find("  # { offset"); at != std::string::npos; at = text.find("  # { offset")) {
    text.erase(at, 4);
  }
  const auto layout = parse_layout(text, "own.toml");
  ASSERT_TRUE(layout.has_value()) << layout.error().front().to_string();
  const ConfigErrors errors = registry_.add_layout(*layout);
  ASSERT_TRUE(errors.empty()) << errors.front().to_string();
  decoder_.reconfigure(registry_);
  for (int i = 0; i < 3; ++i) decode(packeteer2({.version = 3}, 1));
  ASSERT_EQ(records_.size(), 3U);
  const auto& hex = records_[0].hex;
  EXPECT_EQ(hex.at("ipClassOfService"), "01");
  EXPECT_EQ(hex.at("packeteerRetransmittedOctets"), "02030405");
  EXPECT_EQ(hex.at("packeteerTotalDelay"), "06070809");
  EXPECT_EQ(hex.at("packeteerServerDelay"), "0a0b0c0d");
  EXPECT_EQ(hex.at("packeteerPacketExchangeTime"), "0e0f1011");
  EXPECT_EQ(hex.at("packeteerVoipLatency"), "1213");
  EXPECT_EQ(hex.at("packeteerVoipJitter"), "1415");
  EXPECT_EQ(hex.at("packeteerVoipLoss"), "1617");
  EXPECT_EQ(hex.at("packeteerRest"), "1819");
}

TEST_F(Packeteer2, AnInputCanReadAllByOneLayout) {
  input_.config.layout = "packeteer2";
  decoder_.reconfigure(registry_);
  for (int i = 0; i < 3; ++i) decode(packeteer2({.version = 5, .count = 2}, 2));
  EXPECT_EQ(records_.size(), 6U);
}

}  // namespace
}  // namespace flowcef::test
