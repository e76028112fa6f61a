#include "flowcef/app/record_path.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include "flowcef/app/final_counts.hpp"
#include "flowcef/source/capture_file.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

class Path : public RenderFixture {
 protected:
  [[nodiscard]] std::string books() const {
    FinalCounts counts;
    counts.add(*path_);
    const RenderedCounts rendered(*path_->render_counters().front());
    EXPECT_EQ(rendered.records(), counts.sent_on()) << "a line or a reason for each record";
    return counts.to_string();
  }
  [[nodiscard]] std::uint64_t count(const std::string& name) const {
    const std::string text = '\n' + books();
    const std::size_t at = text.find('\n' + name + ' ');
    return at == std::string::npos ? 0 : std::stoull(text.substr(at + name.size() + 2));
  }
};

/// An interface table and a flow that names one of them.
MessageBuilder table_and_flow() {
  return MessageBuilder::ipfix()
      .options_templates(ipfix_options_record(300, {{10, 4}}, {{82, 8}}))
      .set(300, ByteWriter().u32(7).text("ge-0/0/7"))
      .templates(template_record(301, {{10, 4}}))
      .set(301, ByteWriter().u32(7));
}

// SS-25: options data is delivered as records.
TEST_F(Path, OptionsDataIsARecord) {
  EXPECT_EQ(lines(table_and_flow()).size(), 2U);
  EXPECT_EQ(count("records.options"), 1U);
}

TEST_F(Path, OptionsDataCanBeSwitchedOffAndFeedsTablesAllTheSame) {
  decode_.options_records = false;
  const auto made = lines(table_and_flow());
  ASSERT_EQ(made.size(), 1U);
  EXPECT_NE(made[0].find("XIngressInterfaceName=ge-0/0/7"), std::string::npos) << made[0];
  EXPECT_EQ(count("records"), 2U);
  EXPECT_EQ(count("records.filtered"), 1U);
}

// SK-14: every protocol is taken; SK-06: an event without times or counters is a line of its own, at once.
TEST_F(Path, TakesEveryProtocolAndEveryEvent) {
  ByteWriter records;
  for (unsigned protocol = 0; protocol < 256; ++protocol) records.u8(protocol);
  EXPECT_EQ(lines(MessageBuilder::ipfix().templates(template_record(256, {{4, 1}})).set(256, records)).size(), 256U);
  const auto nat = MessageBuilder::ipfix()
                       .templates(template_record(257, {{323, 8}, {230, 1}, {225, 4}}))
                       .set(257, ByteWriter().u64(1).u8(4).u32(1).u64(1).u8(5).u32(1));
  EXPECT_EQ(lines(nat).size(), 2U);
}

// SK-14: what the sensor does with other protocols, as a rule of the mapping.
TEST_F(Path, ARuleCanLeaveOutProtocols) {
  use_mapping(std::string("[[event]]\nwhen = { not = { protocolIdentifier = [1, 6, 17, 58] } }\ndrop = true\n") +
              std::string(kPlainHead));
  ByteWriter records;
  for (unsigned protocol = 0; protocol < 256; ++protocol) records.u8(protocol);
  const auto made = lines(MessageBuilder::ipfix().templates(template_record(256, {{4, 1}})).set(256, records));
  ASSERT_EQ(made.size(), 4U);
  EXPECT_NE(made[3].find("XProtocolIdentifier=58"), std::string::npos) << made[3];
  EXPECT_EQ(count("records"), 256U);
  EXPECT_EQ(count("records.dropped"), 252U);
}

// SK-30, SK-31: refused by missing field and exporter; what is complete goes on.
TEST_F(Path, FlowsMustHaveWhatTheInputRequires) {
  decode_.require.skylight = true;
  const auto flow = template_record(
      256, {{8, 4}, {12, 4}, {4, 1}, {5, 1}, {7, 2}, {11, 2}, {10, 4}, {14, 4}, {1, 8}, {2, 8}, {152, 8}, {153, 8}});
  const auto record = [](std::uint8_t protocol) {
    return ByteWriter().u32(1).u32(2).u8(protocol).u8(0).u16(1).u16(2).u32(1).u32(0).u64(9).u64(1).u64(1000).u64(2000);
  };
  ByteWriter records;
  for (const int protocol : {6, 1, 17, 1, 1}) records.append(record(static_cast<std::uint8_t>(protocol)).bytes());
  EXPECT_EQ(lines(MessageBuilder::ipfix().templates(flow).set(256, records)).size(), 2U);
  EXPECT_EQ(
      lines(MessageBuilder::ipfix().templates(template_record(257, {{8, 4}})).set(257, ByteWriter().u32(1))).size(),
      0U);
  EXPECT_EQ(count("records"), 6U);
  EXPECT_EQ(count("records.incomplete"), 4U);
  EXPECT_EQ(count("exporter.192.0.2.1.incomplete.start"), 1U);
  const std::string text = books();
  EXPECT_NE(text.find("icmp"), std::string::npos) << text;
}

// PX-16: who is not on the list is not decoded, and counted.
TEST_F(Path, HearsWhomTheInputAllows) {
  decode_.exporters = {*IpPrefix::parse("192.0.2.0/24")};
  const auto message = MessageBuilder::ipfix().templates(template_record(256, {{4, 1}})).set(256, ByteWriter().u8(6));
  EXPECT_EQ(lines(message, "192.0.2.9").size(), 1U);
  EXPECT_EQ(lines(message, "198.51.100.9").size(), 0U);
  EXPECT_EQ(count("refused.exporter_not_allowed"), 1U);
  EXPECT_EQ(count("exporter.198.51.100.9.refused.exporter_not_allowed"), 1U);
}

// PX-16: a rate for each exporter.
TEST_F(Path, AnExporterHasItsRate) {
  decode_.max_datagrams_per_second_per_exporter = 10;
  const auto message = MessageBuilder::ipfix().templates(template_record(256, {{4, 1}})).set(256, ByteWriter().u8(6));
  std::size_t made = 0;
  for (int i = 0; i < 25; ++i) made += lines(message, "192.0.2.9").size();
  EXPECT_EQ(made, 10U);
  EXPECT_EQ(lines(message, "192.0.2.10").size(), 1U);
  EXPECT_EQ(count("refused.rate_exceeded"), 15U);
}

// SS-23, SS-29: raw, interpreted, both, by input.
TEST_F(Path, ShowsRecordsAsTheInputSays) {
  const auto message =
      MessageBuilder::ipfix().templates(template_record(256, {{7, 2}})).set(256, ByteWriter().u16(9995));
  decode_.records = RecordView::raw;
  EXPECT_EQ(extension(message), "XRawSourceTransportPort=270b");
  path_.reset();
  decode_.records = RecordView::both;
  EXPECT_EQ(extension(message), "XSourceTransportPort=9995 XRawSourceTransportPort=270b");
}

// PX-10: refused datagrams are kept with their reason.
TEST_F(Path, RefusedDatagramsAreKept) {
  const std::string file = testing::TempDir() + "record_path_test-" + std::to_string(getpid()) + ".pcapng";
  std::filesystem::remove(file);
  {
    DeadLetterFile dead_letters({file, kMinDeadLetterBytes}, [](const std::string&) {});
    use_keys("");
    InputState input;
    RecordPath path(*translation_, pool_, {{{}, [](const BatchRef&) {}}}, {&input}, &dead_letters);
    const std::vector<std::uint8_t> rubbish = {0, 99, 1, 2};
    path.inputs().front()->decode(datagram_of(rubbish));
    const auto held = MessageBuilder::ipfix().set(300, ByteWriter().u32(1)).bytes();
    path.inputs().front()->decode(datagram_of(held));
    path.finish();
  }
  CaptureFile kept(file);
  Datagram datagram;
  ASSERT_TRUE(kept.next(datagram));
  EXPECT_EQ(datagram.payload.size(), 4U);
  ASSERT_TRUE(kept.next(datagram));
  EXPECT_EQ(datagram.payload.size(), 24U) << "the message of the set that waited in vain";
  EXPECT_EQ(datagram.exporter.address.to_string(), "192.0.2.1");
  EXPECT_FALSE(kept.next(datagram));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace flowcef::test
