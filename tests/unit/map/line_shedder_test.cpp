// Lines of outputs that take none above a limit: whole keys are left out, by their priority (GG-10).
#include <gmock/gmock.h>

#include "data_set_lines.hpp"

namespace flowcef::test {
namespace {

class LineShedder : public RenderFixture {
 protected:
  /// Returns: the line of the message's only record; empty: it has none.
  std::string line_within(std::size_t max_bytes, const MessageBuilder& message) {
    rendering_.max_bytes = max_bytes;
    path_.reset();
    const auto made = lines(message);
    return made.empty() ? std::string() : made[0];
  }

  [[nodiscard]] const RenderCounters& counters() const { return *path_->render_counters()[0]; }
};

/// Of several lines, each with less on it than the one before, the first that keeps to the limit.
std::string first_within(std::size_t limit, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    if (line.size() <= limit) return line;
  }
  return {};
}

const std::string kHead = "CEF:0|V|P|1|s|n|3|";

constexpr std::string_view kKeys = R"(
dvc = "@exporter"
src = { from = "sourceIPv4Address", priority = 9 }
cs1 = { from = "interfaceName", label = "L = 1", priority = 3 }
cn1 = { from = "octetDeltaCount", label = "Octets", priority = 3, omit = "zero" }
XSite = { value = "Berlin", priority = 0 }
XProto = { from = "protocolIdentifier", text = "protocol", priority = 2 })";

MessageBuilder flow() {
  return MessageBuilder::ipfix()
      .templates(template_record(300, {{8, 4}, {82, 4}, {1, 4}, {4, 1}, {5, 1}}))
      .set(300, ByteWriter().u32(0x0a000001).text("a=b0").u32(7).u8(6).u8(0xb8));
}

// The lowest priority first, of equal ones the last on the line; labels go with their values, generated keys have 1.
TEST_F(LineShedder, LeavesOutTheLowestPriorityFirst) {
  use_keys(kKeys);
  const std::string slots = R"( cs1Label=L \= 1 cs1=a\=b0)";
  const std::vector<std::string> steps = {
      kHead + "dvc=192.0.2.1 src=10.0.0.1" + slots +
          " cn1Label=Octets cn1=7 XSite=Berlin XProto=6 XProtoText=TCP XIpClassOfService=184",
      kHead + "dvc=192.0.2.1 src=10.0.0.1" + slots +
          " cn1Label=Octets cn1=7 XProto=6 XProtoText=TCP XIpClassOfService=184 XShedKeys=1",
      kHead + "dvc=192.0.2.1 src=10.0.0.1" + slots + " cn1Label=Octets cn1=7 XProto=6 XProtoText=TCP XShedKeys=2",
      kHead + "dvc=192.0.2.1 src=10.0.0.1" + slots + " cn1Label=Octets cn1=7 XProto=6 XShedKeys=3",
      kHead + "dvc=192.0.2.1 src=10.0.0.1" + slots + " cn1Label=Octets cn1=7 XShedKeys=4",
      kHead + "dvc=192.0.2.1 src=10.0.0.1" + slots + " XShedKeys=6",
      kHead + "dvc=192.0.2.1 src=10.0.0.1 XShedKeys=8",
      kHead + "src=10.0.0.1 XShedKeys=9",
      kHead + "XShedKeys=10"};
  EXPECT_EQ(line_within(0, flow()), steps[0]);
  for (std::size_t limit = 1; limit <= steps[0].size() + 1; ++limit) {
    EXPECT_EQ(line_within(limit, flow()), first_within(limit, steps)) << limit;
  }
}

TEST_F(LineShedder, CountsWhatItLeavesOut) {
  use_keys(kKeys);
  ASSERT_EQ(line_within(kHead.size() + 25, flow()), kHead + "src=10.0.0.1 XShedKeys=9");
  EXPECT_EQ(counters().shed_lines.value(), 1U);
  EXPECT_EQ(counters().shed_keys.value(), 9U);
  EXPECT_EQ(counters().lines.value(), 1U);
  EXPECT_EQ(counters().bytes.value(), kHead.size() + 24);
  EXPECT_EQ(counters().oversize.value(), 0U);
  EXPECT_EQ(lines(flow()).size(), 1U);
  EXPECT_EQ(counters().shed_keys.value(), 18U);
}

// records = lines + dropped + oversize
TEST_F(LineShedder, CountsRecordsWithoutALine) {
  use_mapping(R"(
[cef]
vendor = "V"
product = "P"
device_version = "1"
prefix = "X"
[[event]]
when = { protocolIdentifier = 17 }
drop = true
[[event]]
when = { protocolIdentifier = 6 }
signature = "tcp"
name = "n"
severity = 3
set = { act = "seen", cs1 = { value = "C", label = "L" } }
[[event]]
signature = "s"
name = "n"
severity = 3
)");
  const std::string constants = "CEF:0|V|P|1|tcp|n|3|act=seen cs1Label=L cs1=C";
  const std::string shortest = constants + " XShedKeys=2";
  ByteWriter records;
  for (const unsigned protocol : {1U, 6U, 17U, 6U, 1U}) records.number(protocol, 1).u32(1);
  const auto message = MessageBuilder::ipfix().templates(template_record(300, {{4, 1}, {1, 4}})).set(300, records);
  rendering_ = {.framing = Framing::octet_counting, .max_bytes = shortest.size()};
  const std::string other = kHead + "XProtocolIdentifier=1 XShedKeys=1";
  EXPECT_THAT(lines(message), testing::ElementsAre(other, shortest, shortest, other));
  EXPECT_EQ(counters().oversize.value(), 0U);
  EXPECT_EQ(counters().dropped_records.value(), 1U);

  // Without their keys the events' constants are still there: they never go, nor does what says that keys are gone.
  path_.reset();
  rendering_.max_bytes = shortest.size() - 1;
  EXPECT_THAT(lines(message), testing::ElementsAre(other, other));
  EXPECT_EQ(counters().oversize.value(), 2U);
  EXPECT_EQ(counters().dropped_records.value(), 1U);
  EXPECT_EQ(counters().lines.value(), 2U);
}

TEST_F(LineShedder, ARecordWithoutKeysMayHaveNoLine) {
  use_mapping("unmapped = \"drop\"\n" + std::string(kPlainHead));
  EXPECT_EQ(line_within(kHead.size(), flow()), kHead);
  EXPECT_EQ(line_within(kHead.size() - 1, flow()), "");
  EXPECT_EQ(counters().oversize.value(), 1U);
}

// The limit is on the message with its syslog header, and without its framing.
TEST_F(LineShedder, HeadersCountTowardsTheLimit) {
  use_keys("src = \"sourceIPv4Address\"");
  const std::string head = "<134>1 2023-11-14T22:13:20.250Z 192.0.2.1 CEF - - - " + kHead;
  rendering_ = {.header = SyslogHeader::rfc5424, .framing = Framing::octet_counting};
  const std::string shortest = head + "src=10.0.0.1 XShedKeys=4";
  EXPECT_EQ(line_within(shortest.size(), flow()), shortest);
  EXPECT_EQ(line_within(shortest.size() - 1, flow()), head + "XShedKeys=5");
}

TEST_F(LineShedder, ItsKeyIsNoOther) {
  use_keys("XShedKeys = { from = \"sourceIPv4Address\", priority = 9 }");
  EXPECT_EQ(line_within(kHead.size() + 35, flow()), kHead + "XShedKeys=10.0.0.1 XShedKeys2=4");
}

// A value that is found to be zero only when it is written is no key.
TEST_F(LineShedder, WhatIsNotOnTheLineDoesNotGo) {
  use_keys(
      "cn1 = { from = \"@observation_domain\", label = \"Domain\", omit = \"zero\" }\ncn2 = { from = "
      "\"octetDeltaCount\", "
      "label = \"Octets\" }");
  const auto message = MessageBuilder::ipfix(1'700'000'000, 0, 7)
                           .templates(template_record(300, {{1, 4}, {4, 1}}))
                           .set(300, ByteWriter().u32(1).u8(6));
  const std::string full = kHead + "cn2Label=Octets cn2=1 XProtocolIdentifier=6";
  EXPECT_EQ(line_within(full.size() - 1, message), kHead + "cn2Label=Octets cn2=1 XShedKeys=1");
}

class LineShedderOfDataSets : public DataSetLines {};

// A list goes as a whole, so do names out of options data; each of their keys counts.
TEST_F(LineShedderOfDataSets, ListsGoAsAWhole) {
  const auto made = layout({{4, 1}, {291, 4}, {10, 4}});
  for (const unsigned value : {1U, 2U, 3U}) item(1, {11, 2}, ByteWriter().number(value, 2));
  item(1, {82, 65535}, ByteWriter().text("a=b"));
  item(1, {82, 65535}, ByteWriter().text("c"));
  OptionsTables tables;
  tables.restore({OptionsTable::interface_name, "\x03", "ge-0/0/3", 0});
  context_.tables = &tables;
  const ByteWriter record = ByteWriter().u8(6).zeros(4).u32(3);
  const std::string list = R"( XDestinationTransportPort=1 XDestinationTransportPort2=2 XDestinationTransportPort3=3 )"
                           R"(XInterfaceName=a\=b XInterfaceName2=c)";
  const std::vector<std::string> steps = {
      kHead + "XProtocolIdentifier=6" + list + " XIngressInterface=3 XIngressInterfaceName=ge-0/0/3",
      kHead + "XProtocolIdentifier=6" + list + " XIngressInterface=3 XShedKeys=1",
      kHead + "XProtocolIdentifier=6" + list + " XShedKeys=2", kHead + "XProtocolIdentifier=6 XShedKeys=7",
      kHead + "XShedKeys=8"};
  for (std::size_t limit = 1; limit <= steps[0].size(); ++limit) {
    rendering_.max_bytes = limit;
    renderer_.reset();
    for (int again = 0; again < 2; ++again) EXPECT_EQ(render(made, record), first_within(limit, steps)) << limit;
  }
}

}  // namespace
}  // namespace flowcef::test
