#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

constexpr std::string_view kRules = R"(
[cef]
vendor = "A|B"
product = "P"
device_version = "1"
prefix = "X"
[[event]]
when = { kind = "options" }
signature = "options"
name = "o"
severity = 0
[[event]]
when = { natEvent = [4, 6], protocolIdentifier = 6 }
signature = "nat-tcp"
name = "n"
severity = 2
[[event]]
when = { present = ["natEvent"] }
signature = "nat"
name = "n"
severity = 3
[[event]]
signature = "flow"
name = "f"
severity = 10
[keys]
)";

class EventRules : public RenderFixture {
 protected:
  void SetUp() override { use_mapping(kRules); }
  std::string signature(const MessageBuilder& message) {
    const auto made = lines(message);
    const auto event = read_cef(made.at(0));
    return event ? event->signature() : event.error();
  }
};

TEST_F(EventRules, TheFirstThatHoldsIsTaken) {
  const auto layout = template_record(300, {{230, 1}, {4, 1}});
  EXPECT_EQ(signature(MessageBuilder::ipfix().templates(layout).set(300, ByteWriter().u8(4).u8(6))), "nat-tcp");
  EXPECT_EQ(signature(MessageBuilder::ipfix().set(300, ByteWriter().u8(6).u8(6))), "nat-tcp");
  EXPECT_EQ(signature(MessageBuilder::ipfix().set(300, ByteWriter().u8(4).u8(17))), "nat");
  EXPECT_EQ(signature(MessageBuilder::ipfix().set(300, ByteWriter().u8(5).u8(6))), "nat");
}

TEST_F(EventRules, AMissingElementFailsARule) {
  EXPECT_EQ(signature(MessageBuilder::ipfix().templates(template_record(300, {{4, 1}})).set(300, ByteWriter().u8(6))),
            "flow");
  EXPECT_EQ(signature(MessageBuilder::ipfix().templates(template_record(301, {{230, 1}})).set(301, ByteWriter().u8(4))),
            "nat");
}

// SS-24: every record says whether it tells of traffic or of the exporter.
TEST_F(EventRules, TellOptionsFromFlows) {
  EXPECT_EQ(signature(MessageBuilder::ipfix()
                          .options_templates(ipfix_options_record(300, {{143, 4}}, {{82, 4}}))
                          .set(300, ByteWriter().u32(1).text("eth0"))),
            "options");
}

TEST_F(EventRules, WorkOnVariableLengthTemplates) {
  const auto layout = template_record(300, {{82, 65535}, {230, 1}, {4, 1}});
  EXPECT_EQ(signature(MessageBuilder::ipfix().templates(layout).set(300, ByteWriter().variable("x").u8(4).u8(6))),
            "nat-tcp");
}

TEST_F(EventRules, HeadersAreEscaped) {
  const auto made =
      lines(MessageBuilder::ipfix().templates(template_record(300, {{4, 1}})).set(300, ByteWriter().u8(6)));
  EXPECT_EQ(made.at(0), R"(CEF:0|A\|B|P|1|flow|f|10|XProtocolIdentifier=6)");
}

}  // namespace
}  // namespace flowcef::test
