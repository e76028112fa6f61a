// The priority in front of a message: fixed, or by the severity of the record's event (PX-13).
#include <gtest/gtest.h>

#include <array>
#include <initializer_list>

#include "flowcef/map/syslog_envelope.hpp"
#include "support/render_fixture.hpp"
#include "syslog_reader.hpp"

namespace flowcef::test {
namespace {

TEST(SyslogPriority, HasNoLeadingZeros) {
  struct Row {
    std::uint8_t facility;
    std::uint8_t severity;
    const char* text;
  };
  constexpr Row kRows[] = {{0, 0, "<0>"},    {0, 7, "<7>"},    {1, 0, "<8>"},    {1, 2, "<10>"},
                           {1, 5, "<13>"},   {12, 3, "<99>"},  {12, 4, "<100>"}, {16, 3, "<131>"},
                           {20, 6, "<166>"}, {23, 5, "<189>"}, {23, 7, "<191>"}};
  for (const auto& [facility, severity, text] : kRows) {
    std::array<char, kMaxPriorityText> buffer{};
    EXPECT_EQ(std::string(buffer.data(), write_priority(buffer.data(), facility, severity)), text);
  }
}

TEST(SyslogPriority, OfEveryFacilityAndSeverity) {
  ExportContext context;
  context.received_ns = 1'700'000'000'045'000'000;
  context.exporter.address = *IpAddress::parse("192.0.2.1");
  for (std::uint8_t facility = 0; facility <= 23; ++facility) {
    for (std::uint8_t severity = 0; severity <= 7; ++severity) {
      SyslogEnvelope old({.header = SyslogHeader::rfc3164, .facility = facility, .severity = severity});
      SyslogEnvelope current({.header = SyslogHeader::rfc5424, .facility = facility, .severity = severity});
      const auto first = read_rfc3164(std::string(old.render(context)) + "CEF:0|");
      const auto second = read_rfc5424(std::string(current.render(context)) + "CEF:0|");
      ASSERT_TRUE(first && second);
      EXPECT_EQ(first->priority, facility * 8U + severity);
      EXPECT_EQ(second->priority, facility * 8U + severity);
    }
  }
}

/// An event for each CEF severity, chosen by the protocol of that number; those of protocol 11 are dropped.
std::string mapping_of_all_severities() {
  std::string toml = "[cef]\nvendor = \"V\"\nproduct = \"P\"\ndevice_version = \"1\"\nprefix = \"X\"\n";
  toml += "[[event]]\nwhen = { protocolIdentifier = 11 }\ndrop = true\n";
  for (int severity = 10; severity >= 0; --severity) {
    toml += "[[event]]\nsignature = \"s\"\nname = \"n\"\nseverity = " + std::to_string(severity) + '\n';
    if (severity != 0) toml += "when = { protocolIdentifier = " + std::to_string(severity) + " }\n";
  }
  return toml;
}

class PriorityByEvent : public RenderFixture {
 protected:
  /// Returns: the lines of records of protocols 0 to 11.
  std::vector<std::string> lines_with(const RenderingConfig& rendering) {
    use_mapping(mapping_of_all_severities());
    use_rendering(rendering);
    ByteWriter records;
    for (std::uint8_t protocol = 0; protocol <= 11; ++protocol) records.u8(protocol);
    return lines(MessageBuilder::ipfix().templates(template_record(300, {{4, 1}})).set(300, records));
  }
};

constexpr unsigned kSeverities[] = {6, 6, 6, 6, 5, 5, 4, 3, 3, 2, 2};

TEST_F(PriorityByEvent, OfRfc5424) {
  const auto made = lines_with({.header = SyslogHeader::rfc5424, .severity = {}});
  ASSERT_EQ(made.size(), 11U);
  for (std::size_t i = 0; i < made.size(); ++i) {
    const auto message = read_rfc5424(made[i]);
    ASSERT_TRUE(message) << made[i];
    EXPECT_EQ(message->priority, 16 * 8 + kSeverities[i]);
    EXPECT_EQ(message->host, "192.0.2.1");
    EXPECT_EQ(message->app, "CEF");
    const auto event = read_cef(message->text);
    ASSERT_TRUE(event) << event.error();
    EXPECT_EQ(event->header[5], std::to_string(i));
  }
}

// Priorities of one, two and three digits, in front of the same header.
TEST_F(PriorityByEvent, OfRfc3164) {
  for (const std::uint8_t facility : std::initializer_list<std::uint8_t>{0, 1, 12, 23}) {
    const auto made =
        lines_with({.header = SyslogHeader::rfc3164, .facility = facility, .severity = {}, .tag = "flow"});
    ASSERT_EQ(made.size(), 11U);
    for (std::size_t i = 0; i < made.size(); ++i) {
      const auto message = read_rfc3164(made[i]);
      ASSERT_TRUE(message) << made[i];
      EXPECT_EQ(message->priority, facility * 8U + kSeverities[i]);
      EXPECT_EQ(message->app, "flow");
      ASSERT_TRUE(message->text.starts_with("flow: ")) << made[i];
      EXPECT_TRUE(read_cef(message->text.substr(6))) << made[i];
    }
  }
}

TEST_F(PriorityByEvent, IsCountedAsPartOfTheMessage) {
  const auto made = lines_with({.header = SyslogHeader::rfc5424, .framing = Framing::octet_counting, .severity = {}});
  ASSERT_EQ(made.size(), 11U);
  for (const std::string& line : made) EXPECT_TRUE(line.starts_with("<13")) << line;
}

TEST_F(PriorityByEvent, IsNoneWhereTheHeaderHasNone) {
  for (const std::string& line : lines_with({.header = SyslogHeader::none, .severity = {}})) {
    EXPECT_TRUE(line.starts_with("CEF:0|")) << line;
  }
  for (const std::string& line : lines_with({.header = SyslogHeader::gigamon, .severity = {}})) {
    EXPECT_FALSE(line.starts_with('<')) << line;
  }
}

}  // namespace
}  // namespace flowcef::test
