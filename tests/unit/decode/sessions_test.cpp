// Templates of connections, of several workers, and the books by exporter.
#include <gtest/gtest.h>

#include "support/decode_fixture.hpp"

namespace flowcef::test {
namespace {

class Sessions : public DecodeFixture {
 protected:
  void decode_in(std::uint64_t session, const MessageBuilder& message) {
    const auto bytes = message.bytes();
    Datagram datagram = datagram_of(bytes);
    datagram.session = session;
    decoder_.decode(datagram);
  }
  static MessageBuilder message() { return MessageBuilder::ipfix(); }
  static ByteWriter port_template(std::uint16_t id = 256) { return template_record(id, {{7, 2}}); }
  static ByteWriter port() { return ByteWriter().u16(80); }
};

// RFC 7011 section 8.1: a template belongs to its session, and ends with it.
TEST_F(Sessions, HaveTemplatesOfTheirOwn) {
  decode_in(1, message().templates(port_template()).set(256, port()));
  decode_in(2, message().set(256, port()));
  EXPECT_EQ(records_.size(), 1U);
  decoder_.end_session(datagram_of({}).exporter.address, 1);
  decode_in(1, message().set(256, port()));
  EXPECT_EQ(records_.size(), 1U);
  EXPECT_EQ(input_.templates.size(), 0U);
  EXPECT_EQ(refused(Refusal::template_missing), 2U);
}

TEST_F(Sessions, GiveUpWhatWaitsWhenTheyEnd) {
  decode_in(1, message().set(256, port()));
  EXPECT_EQ(counters_.undecoded_sets.value(), 0U);
  decoder_.end_session(datagram_of({}).exporter.address, 1);
  EXPECT_EQ(counters_.undecoded_sets.value(), 1U);
  EXPECT_EQ(input_.held_bytes, 0U);
}

// RFC 7011 section 8.1: withdrawal of one template, of all, of all options templates.
TEST_F(Sessions, WithdrawTemplates) {
  decode_in(1, message().templates(port_template(256)).templates(port_template(257)));
  decode_in(1, message().options_templates(ipfix_options_record(258, {{10, 4}}, {{82, 8}})));
  decode_in(1, message().templates(template_record(256, {})));
  EXPECT_EQ(counters_.templates_withdrawn.value(), 1U);
  decode_in(1, message().set(257, port()));
  EXPECT_EQ(records_.size(), 1U);
  decode_in(1, message().templates(template_record(2, {})));
  EXPECT_EQ(counters_.templates_withdrawn.value(), 2U);
  EXPECT_EQ(input_.templates.size(), 1U) << "the options template";
  decode_in(1, message().options_templates(ByteWriter().u16(3).u16(0)));
  EXPECT_EQ(input_.templates.size(), 0U);
  EXPECT_EQ(counters_.refused_total(), 0U);
}

// A template comes to every worker of the input, whichever of them the kernel handed it to.
TEST_F(Sessions, WorkersShareTemplates) {
  DecodeCounters counters;
  Decoder other(registry_, input_, counters, *this);
  decode(message().templates(port_template()));
  const auto data = message().set(256, port()).bytes();
  other.decode(datagram_of(data));
  EXPECT_EQ(records_.size(), 1U);
  decode(message().templates(template_record(256, {{11, 2}})));
  other.decode(datagram_of(data));
  ASSERT_EQ(records_.size(), 2U);
  EXPECT_TRUE(records_[1].hex.contains("destinationTransportPort")) << "a redefinition holds for all of them";
  EXPECT_EQ(counters_.templates_redefined.value(), 1U);
}

TEST_F(Sessions, OptionsTablesComeBackWithTheirDomain) {
  decode(message()
             .options_templates(ipfix_options_record(256, {{10, 4}}, {{82, 8}}))
             .set(256, ByteWriter().u32(7).text("ge-0/0/7")));
  DecodeCounters counters;
  Decoder other(registry_, input_, counters, *this);
  const auto flow = message().templates(template_record(257, {{10, 4}})).set(257, ByteWriter().u32(7)).bytes();
  other.decode(datagram_of(flow));
  const std::uint8_t seven[] = {0, 0, 0, 7};
  bool known = false;
  other.exporters().for_each([&](const Exporter& exporter) {
    for (const auto& [key, domain] : exporter.domains) {
      known = known || domain.tables.name(OptionsTable::interface_name, seven) == "ge-0/0/7";
    }
  });
  EXPECT_TRUE(known) << "the other worker learnt it";
}

class MatchPort : public DecodeFixture {
 protected:
  explicit MatchPort(bool match) : DecodeFixture(config(match)) {}
  static DecodeConfig config(bool match) {
    DecodeConfig made;
    made.match_port = match;
    return made;
  }
  /// The template comes from one port of the exporter, the data from another.
  void use_two_ports(MessageBuilder (*message)()) {
    decode_from("192.0.2.1", 50000, message().templates(template_record(256, {{7, 2}})));
    decode_from("192.0.2.1", 50001, message().set(256, ByteWriter().u16(80)));
  }
  static MessageBuilder netflow9() { return MessageBuilder::netflow9(); }
  static MessageBuilder ipfix() { return MessageBuilder::ipfix(); }
};

struct PortsCount : MatchPort {
  PortsCount() : MatchPort(true) {}
};
struct PortsDoNotCount : MatchPort {
  PortsDoNotCount() : MatchPort(false) {}
};

// PX-02: the port tells template sets apart, or does not, as the input says, in either format.
TEST_F(PortsCount, InBothFormats) {
  use_two_ports(netflow9);
  use_two_ports(ipfix);
  EXPECT_TRUE(records_.empty());
}

TEST_F(PortsDoNotCount, InBothFormats) {
  use_two_ports(netflow9);
  use_two_ports(ipfix);
  EXPECT_EQ(records_.size(), 2U);
}

// PX-09: IPFIX counts records; what could not be decoded is no loss.
TEST_F(Sessions, LossIsCountedByExporter) {
  decode(MessageBuilder::ipfix(1'700'000'000, 1, 0).templates(port_template()).set(256, port()));
  decode(MessageBuilder::ipfix(1'700'000'000, 1, 1).set(300, ByteWriter().u32(1).u32(2)));
  decode(MessageBuilder::ipfix(1'700'000'000, 1, 3).set(256, port()));
  decode(MessageBuilder::ipfix(1'700'000'000, 1, 14).set(256, port()));
  decoder_.finish();
  decoder_.exporters().for_each([](const Exporter& exporter) {
    EXPECT_EQ(exporter.counts.datagrams, 4U);
    EXPECT_EQ(exporter.counts.records, 3U);
    EXPECT_EQ(exporter.counts.sequence.lost, 10U);
    EXPECT_EQ(exporter.counts.sequence.undecoded_estimate, 2U);
  });
}

// PX-09: the switch for devices that count wrongly.
TEST(SequenceSwitch, IsByPrefix) {
  const IpPrefix all;
  const IpPrefix one = *IpPrefix::parse("192.0.2.1");
  InputState input({}, {{all, SequenceRule::records}, {one, SequenceRule::off}});
  ExporterTable table(input);
  EXPECT_EQ(table.exporter(*IpAddress::parse("192.0.2.1")).settings.sequence, SequenceRule::off);
  EXPECT_EQ(table.exporter(*IpAddress::parse("192.0.2.2")).settings.sequence, SequenceRule::records);
}

// Spoofed addresses make no more than the table's size of entries; what they sent stays in the books.
TEST(ExporterTableSize, IsBounded) {
  InputState input;
  ExporterTable table(input);
  for (std::uint32_t i = 0; i < 70'000; ++i) {
    const std::uint8_t bytes[] = {10, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                                  static_cast<std::uint8_t>(i)};
    ++table.exporter(IpAddress::from_ipv4(bytes)).counts.datagrams;
  }
  EXPECT_LE(table.size(), 65'536U);
  EXPECT_EQ(table.forgotten().datagrams + table.size(), 70'000U);
}

}  // namespace
}  // namespace flowcef::test
