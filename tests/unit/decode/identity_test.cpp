// PX-14: the exporter by the operator's word, or by its own where the operator believes it.
#include <gmock/gmock.h>

#include "support/decode_fixture.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kGateway = "192.0.2.1";

IpAddress address(const char* text) {
  return IpAddress::parse(text).value();
}

class Identity : public DecodeFixture {
 protected:
  void say(std::optional<std::uint16_t> port, std::optional<std::uint32_t> domain, const char* exporter) {
    input_.identities.push_back({IpPrefix::parse(kGateway).value(), port, domain,
                                 exporter == nullptr ? std::nullopt : IpAddress::parse(exporter)});
  }
  static MessageBuilder of_domain(std::uint32_t domain) { return MessageBuilder::ipfix(1'700'000'000, domain); }
  static ByteWriter port_template() { return template_record(256, {{7, 2}}); }
  static ByteWriter port() { return ByteWriter().u16(80); }
  /// A template with exporterIPv4Address, and records that name those exporters.
  static ByteWriter naming_template() { return template_record(257, {{130, 4}, {7, 2}}); }
  static ByteWriter naming(const std::vector<std::uint32_t>& exporters) {
    ByteWriter records;
    for (const std::uint32_t exporter : exporters) records.u32(exporter).u16(80);
    return records;
  }

  /// Of each data set.
  [[nodiscard]] std::vector<std::string> exporters() const {
    std::vector<std::string> texts;
    for (const ExportContext& context : contexts_) texts.push_back(context.exporter.address.to_string());
    return texts;
  }
  std::uint64_t records_of(const char* exporter) {
    return decoder_.exporters().exporter(address(exporter)).counts.records;
  }
};

TEST_F(Identity, IsTheSenderUnlessSaidOtherwise) {
  decode_from(kGateway, 5000, of_domain(7).templates(port_template()).set(256, port()));
  EXPECT_THAT(exporters(), ElementsAre(kGateway));
  EXPECT_EQ(contexts_.front().sender, (Endpoint{address(kGateway), 5000}));
}

TEST_F(Identity, ByDomain) {
  say(std::nullopt, 7, "10.1.1.7");
  say(std::nullopt, 8, "2001:db8::8");
  for (const std::uint32_t domain : {7U, 8U, 9U}) {
    decode_from(kGateway, 5000, of_domain(domain).templates(port_template()).set(256, port()));
  }
  EXPECT_THAT(exporters(), ElementsAre("10.1.1.7", "2001:db8::8", kGateway));
  EXPECT_EQ(contexts_.front().sender.address, address(kGateway));
  EXPECT_EQ(records_of("10.1.1.7"), 1U);
  EXPECT_EQ(records_of(kGateway), 1U);
  EXPECT_EQ(decoder_.exporters().exporter(address("10.1.1.7")).counts.datagrams, 1U);
}

// Two NetFlow v9 exporters behind one address have the same source id and template ids: the port tells them apart.
TEST_F(Identity, ByPortTellsTemplatesApart) {
  say(50001, std::nullopt, "10.1.1.1");
  say(50002, std::nullopt, "10.1.1.2");
  decode_from(kGateway, 50001, MessageBuilder::netflow9().templates(template_record(256, {{7, 2}})));
  decode_from(kGateway, 50002, MessageBuilder::netflow9().templates(template_record(256, {{11, 2}})));
  decode_from(kGateway, 50001, MessageBuilder::netflow9().set(256, port().u16(0)));
  decode_from(kGateway, 50002, MessageBuilder::netflow9().set(256, port().u16(0)));
  EXPECT_THAT(exporters(), ElementsAre("10.1.1.1", "10.1.1.2"));
  EXPECT_TRUE(records_.front().hex.contains("sourceTransportPort"));
  EXPECT_TRUE(records_.back().hex.contains("destinationTransportPort"));
}

TEST_F(Identity, TheFirstThatFitsCounts) {
  say(50001, 7, "10.1.1.1");
  say(std::nullopt, std::nullopt, "10.1.1.2");
  decode_from(kGateway, 50001, of_domain(7).templates(port_template()).set(256, port()));
  decode_from(kGateway, 50001, of_domain(8).templates(port_template()).set(256, port()));
  decode_from("192.0.2.2", 50001, of_domain(7).templates(port_template()).set(256, port()));
  EXPECT_THAT(exporters(), ElementsAre("10.1.1.1", "10.1.1.2", "192.0.2.2"));
}

TEST_F(Identity, OfDataThatWaitedForItsTemplate) {
  say(std::nullopt, 7, "10.1.1.7");
  decode_from(kGateway, 5000, of_domain(7).set(256, port()));
  EXPECT_THAT(exporters(), IsEmpty());
  decode_from(kGateway, 5000, of_domain(7).templates(port_template()).set(256, port()));
  EXPECT_THAT(exporters(), ElementsAre("10.1.1.7", "10.1.1.7"));
  EXPECT_EQ(records_of("10.1.1.7"), 2U);
}

TEST_F(Identity, OfWhatIsRefused) {
  say(50001, std::nullopt, "10.1.1.1");
  decode_from(kGateway, 50001, of_domain(1).set(2, ByteWriter().u8(1)));
  const std::vector<std::uint8_t> rubbish = {0, 99, 0, 0};
  decoder_.decode(datagram_of(rubbish, kGateway, 50001));
  const ExporterCounts& counts = decoder_.exporters().exporter(address("10.1.1.1")).counts;
  EXPECT_EQ(counts.refused[static_cast<std::size_t>(Refusal::unknown_version)], 1U);
}

TEST_F(Identity, SettingsAreTheExporters) {
  say(std::nullopt, 7, "10.1.1.7");
  ExporterConfig quiet;
  quiet.match = IpPrefix::parse("10.1.1.7").value();
  quiet.own_exports = false;
  input_.exporters.push_back(quiet);
  decode_from(kGateway, 5000, of_domain(7).templates(port_template()).set(256, port()));
  EXPECT_FALSE(decoder_.exporters().exporter(address("10.1.1.7")).settings.own_exports);
}

TEST_F(Identity, EndsWithItsConnection) {
  say(std::nullopt, 7, "10.1.1.7");
  const auto bytes = of_domain(7).templates(port_template()).set(256, port()).bytes();
  Datagram datagram = datagram_of(bytes, kGateway, 5000);
  datagram.session = 3;
  decoder_.decode(datagram);
  EXPECT_EQ(decoder_.exporters().exporter(address("10.1.1.7")).domains.size(), 1U);
  decoder_.end_session(address(kGateway), 3);
  EXPECT_EQ(decoder_.exporters().exporter(address("10.1.1.7")).domains.size(), 0U);
}

TEST_F(Identity, ElementsAreNotBelievedOfAnybody) {
  say(std::nullopt, std::nullopt, nullptr);
  decode_from("198.51.100.66", 5000, of_domain(1).templates(naming_template()).set(257, naming({0x0a000001})));
  EXPECT_THAT(exporters(), ElementsAre("198.51.100.66"));
}

// IANA IE 130: records of one message may be of several exporters.
TEST_F(Identity, ByElementsOfRecords) {
  say(std::nullopt, std::nullopt, nullptr);
  decode_from(
      kGateway, 5000,
      of_domain(1).templates(naming_template()).set(257, naming({0x0a000001, 0x0a000001, 0x0a000002, 0, 0x0a000001})));
  EXPECT_THAT(exporters(), ElementsAre("10.0.0.1", "10.0.0.2", kGateway, "10.0.0.1"));
  EXPECT_THAT(records_, testing::SizeIs(5));
  EXPECT_EQ(records_of("10.0.0.1"), 3U);
  EXPECT_EQ(records_of("10.0.0.2"), 1U);
  EXPECT_EQ(records_of(kGateway), 1U);
  EXPECT_EQ(counters_.records.value(), 5U);
}

TEST_F(Identity, ByElementsOfOptionsData) {
  say(std::nullopt, std::nullopt, nullptr);
  const auto options = ipfix_options_record(258, {{149, 4}}, {{131, 16}});
  const auto exporter = address("2001:db8::5");
  ByteWriter row;
  row.u32(1);
  for (const std::uint8_t byte : exporter.ipv6_bytes()) row.u8(byte);
  decode_from(kGateway, 5000, of_domain(1).options_templates(options).templates(port_template()).set(258, row));
  decode_from(kGateway, 5000, of_domain(1).set(256, port()));
  decode_from(kGateway, 5000, of_domain(2).templates(port_template()).set(256, port()));
  EXPECT_THAT(exporters(), ElementsAre("2001:db8::5", "2001:db8::5", kGateway)) << "the domain's own alone";
}

// An options table of several exporters, as mediators send it, says nothing of the domain.
TEST_F(Identity, OptionsDataThatNamesSeveral) {
  say(std::nullopt, std::nullopt, nullptr);
  const auto options = ipfix_options_record(258, {{130, 4}}, {{82, 2}});
  decode_from(
      kGateway, 5000,
      of_domain(1).options_templates(options).templates(port_template()).set(258, naming({0x0a000001, 0x0a000002})));
  decode_from(kGateway, 5000, of_domain(1).set(256, port()));
  EXPECT_THAT(exporters(), ElementsAre("10.0.0.1", "10.0.0.2", kGateway));
}

TEST_F(Identity, OptionsDataThatNamesOneAfterTheOther) {
  say(std::nullopt, std::nullopt, nullptr);
  const auto options = ipfix_options_record(258, {{130, 4}}, {{82, 2}});
  decode_from(kGateway, 5000,
              of_domain(1).options_templates(options).templates(port_template()).set(258, naming({0x0a000001})));
  decode_from(kGateway, 5000, of_domain(1).set(256, port()));
  decode_from(kGateway, 5000, of_domain(1).set(258, naming({0x0a000002})));
  decode_from(kGateway, 5000, of_domain(1).set(256, port()));
  decode_from(kGateway, 5000, of_domain(1).set(258, naming({0x0a000001})));
  decode_from(kGateway, 5000, of_domain(1).set(256, port()));
  EXPECT_THAT(exporters(), ElementsAre("10.0.0.1", "10.0.0.1", "10.0.0.2", kGateway, "10.0.0.1", kGateway));
}

}  // namespace
}  // namespace flowcef::test
