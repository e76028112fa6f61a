#include "flowcef/map/renderer.hpp"

#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

class Rendering : public RenderFixture {
 protected:
  /// Renders the message with that framing; the batches are kept.
  std::vector<BatchRef> batches(Framing framing, const std::vector<MessageBuilder>& messages) {
    use_keys("externalId = \"@event_id\"");
    std::vector<BatchRef> made;
    InputState input;
    RecordPath path(*translation_, pool_,
                    {{{SyslogHeader::none, framing}, [&](BatchRef batch) { made.push_back(std::move(batch)); }}},
                    {&input});
    path.set_event_ids("e-", 9);
    for (const MessageBuilder& message : messages) {
      const auto bytes = message.bytes();
      path.inputs().front()->decode(datagram_of(bytes));
    }
    path.flush();
    return made;
  }

  /// Records whose lines differ in length: octet counts of two, three and four digits.
  static MessageBuilder texts(const std::vector<std::size_t>& lengths) {
    ByteWriter records;
    for (const std::size_t length : lengths) records.variable(std::string(length, 'x'));
    return MessageBuilder::ipfix().templates(template_record(300, {{82, 65535}})).set(300, records);
  }
};

TEST_F(Rendering, NewlineFraming) {
  const auto made = batches(Framing::newline, {texts({1, 200})});
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0]->bytes(),
            "CEF:0|V|P|1|s|n|3|externalId=e-9 XInterfaceName=x\n"
            "CEF:0|V|P|1|s|n|3|externalId=e-10 XInterfaceName=" +
                std::string(200, 'x') + "\n");
  EXPECT_EQ(made[0]->lines()[0].event, 9U);
  EXPECT_EQ(made[0]->lines()[1].event, 10U);
}

// RFC 6587 section 3.4.1: the count is of octets of the message, in decimal without leading zeros, then one blank.
TEST_F(Rendering, OctetCountingFraming) {
  const auto made = batches(Framing::octet_counting, {texts({1, 30, 100, 1, 2000, 3, 300})});
  ASSERT_EQ(made.size(), 1U);
  std::string_view rest = made[0]->bytes();
  for (const LineRef& line : made[0]->lines()) {
    const std::string prefix = std::to_string(line.length) + ' ';
    ASSERT_TRUE(rest.starts_with(prefix)) << rest.substr(0, 20);
    EXPECT_EQ(rest.substr(prefix.size(), line.length), made[0]->message(line));
    rest.remove_prefix(prefix.size() + line.length);
    EXPECT_EQ(line.frame_end, made[0]->bytes().size() - rest.size());
    EXPECT_TRUE(read_cef(made[0]->message(line)));
  }
  EXPECT_TRUE(rest.empty());
}

TEST_F(Rendering, FullBatchesAreHandedOn) {
  const std::vector<MessageBuilder> messages(200, texts({700}));
  const auto made = batches(Framing::newline, messages);
  EXPECT_GT(made.size(), 2U);
  std::size_t lines = 0;
  for (const BatchRef& batch : made) {
    EXPECT_LE(batch->bytes().size(), BatchPool::kBatchBytes);
    lines += batch->lines().size();
  }
  EXPECT_EQ(lines, 200U);
}

TEST_F(Rendering, ALineLargerThanABatchIsWhole) {
  const auto made = batches(Framing::newline, {texts({60'000})});
  ASSERT_EQ(made.size(), 1U);
  EXPECT_GT(made[0]->lines()[0].length, 60'000U);
}

TEST_F(Rendering, WorstCaseTextsStayWithinTheirBound) {
  // Every byte of it becomes three; under two keys. The sanitizer watches.
  use_keys("cs1 = { from = \"interfaceName\", label = \"L\", custom = true }");
  const std::string bad(20'000, '\xff');
  const auto made = lines(MessageBuilder::ipfix()
                              .templates(template_record(300, {{82, 65535}}))
                              .set(300, ByteWriter().variable(bad).variable(bad)));
  ASSERT_EQ(made.size(), 2U);
  for (const std::string& line : made) EXPECT_TRUE(read_cef(line));
}

TEST_F(Rendering, ContextValuesReachTheLine) {
  use_keys(R"(
dvc = "@exporter"
c6a1 = { from = "@exporter_ipv6", label = "D6" }
rt = "@export_time"
deviceCustomDate1 = { from = "@receive_time", label = "Received" }
cn1 = { from = "@observation_domain", label = "Domain" }
cn2 = { from = "@sequence", label = "Sequence" })");
  const auto message = MessageBuilder::ipfix(1'700'000'000, 42, 7)
                           .templates(template_record(300, {{4, 1}}))
                           .set(300, ByteWriter().u8(6));
  const std::string common =
      "rt=1700000000000 deviceCustomDate1Label=Received deviceCustomDate1=1700000000250 cn1Label=Domain "
      "cn1=42 cn2Label=Sequence cn2=7 XProtocolIdentifier=6";
  EXPECT_EQ(extension(message), "dvc=192.0.2.1 " + common);
  EXPECT_EQ(lines(message, "2001:db8::9").at(0), "CEF:0|V|P|1|s|n|3|c6a1Label=D6 c6a1=2001:db8::9 " + common);
}

// GG-29: order and bytes are stable for the same record.
TEST_F(Rendering, IsTheSameEveryTime) {
  const auto message = texts({5, 6});
  const auto first = batches(Framing::newline, {message});
  const auto second = batches(Framing::newline, {message});
  EXPECT_EQ(first[0]->bytes(), second[0]->bytes());
}

// GG-28: key order is that of the mapping.
TEST_F(Rendering, KeepsTheOrderOfTheMapping) {
  use_keys("spt = \"sourceTransportPort\"\ndst = \"destinationIPv4Address\"\nact = \"interfaceName\"");
  const auto layout = template_record(300, {{82, 1}, {12, 4}, {7, 2}});
  EXPECT_EQ(extension(MessageBuilder::ipfix().templates(layout).set(300, ByteWriter().text("i").u32(1).u16(2))),
            "spt=2 dst=0.0.0.1 act=i");
}

}  // namespace
}  // namespace flowcef::test
