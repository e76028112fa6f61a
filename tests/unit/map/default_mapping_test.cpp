// The shipped mapping, on the records it was written for.
#include "support/capture_lines.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

class DefaultMapping : public RenderFixture {
 protected:
  CefEvent event(const MessageBuilder& message) { return only(message.bytes()); }
  CefEvent only(const std::vector<std::uint8_t>& payload) {
    std::vector<std::string> made;
    const auto collect = [&](const BatchRef& batch) {
      for (const LineRef& line : batch->lines()) made.emplace_back(batch->message(line));
    };
    InputState input;
    RecordPath path(shipped_translation(), pool_, {{{}, collect}}, {&input});
    path.set_event_ids("1-", 1);
    path.inputs().front()->decode(datagram_of(payload));
    path.flush();
    EXPECT_EQ(made.size(), 1U);
    const auto read = read_cef(made.empty() ? "" : made[0]);
    EXPECT_TRUE(read) << read.error();
    return read.value_or(CefEvent{});
  }
};

// PX-07: ASA's events are event classes with their severity; counters of both directions are used.
TEST_F(DefaultMapping, AsaEvents) {
  struct Case {
    std::uint8_t event;
    std::uint16_t extended;
    std::string_view signature, severity, text;
  };
  const Case cases[] = {
      {1, 0, "firewall-created", "2", "0"},
      {2, 2030, "firewall-deleted", "2", "2030"},
      {3, 1001, "firewall-denied", "5", "denied by ingress ACL"},
      {3, 1004, "firewall-denied", "5", "denied as first packet is no SYN"},
      {5, 0, "firewall-updated", "1", "0"},
  };
  const auto nsel = template_record(263, {{148, 4},
                                          {8, 4},
                                          {7, 2},
                                          {12, 4},
                                          {11, 2},
                                          {4, 1},
                                          {233, 1},
                                          {33002, 2},
                                          {323, 8},
                                          {231, 4},
                                          {232, 4},
                                          {298, 4},
                                          {299, 4},
                                          {152, 8}});
  for (const Case& one : cases) {
    SCOPED_TRACE(one.signature);
    const CefEvent made = event(MessageBuilder::netflow9().templates(nsel).set(263, ByteWriter()
                                                                                        .u32(77)
                                                                                        .u32(0x0a000001)
                                                                                        .u16(40000)
                                                                                        .u32(0xc0000201)
                                                                                        .u16(443)
                                                                                        .u8(6)
                                                                                        .u8(one.event)
                                                                                        .u16(one.extended)
                                                                                        .u64(1'700'000'000'123)
                                                                                        .u32(1000)
                                                                                        .u32(2000)
                                                                                        .u32(3)
                                                                                        .u32(4)
                                                                                        .u64(1'699'999'999'000)));
    EXPECT_EQ(made.signature(), one.signature);
    EXPECT_EQ(made.header[5], one.severity);
    EXPECT_EQ(made.value("FlowcefBridgeFirewallExtendedEventText"), one.text);
    EXPECT_EQ(made.value("rt"), "1700000000123");
    EXPECT_EQ(made.value("start"), "1699999999000");
    EXPECT_EQ(made.value("in"), "1000");
    EXPECT_EQ(made.value("out"), "2000");
    EXPECT_EQ(made.value("FlowcefBridgeInitiatorPackets"), "3");
    EXPECT_EQ(made.value("FlowcefBridgeResponderPackets"), "4");
  }
}

// Fact: end is never before start; what the exporter states is shown instead.
TEST_F(DefaultMapping, AnEndBeforeTheStartIsNoEnd) {
  ByteWriter bytes = netflow5_header({});
  bytes.append(netflow5_record({.first = 999'000, .last = 990'000}).bytes());
  const CefEvent made = only(bytes.bytes());
  EXPECT_EQ(made.value("start"), "1699999999000");
  EXPECT_FALSE(made.has("end"));
  EXPECT_EQ(made.value("FlowcefBridgeFlowEndSysUpTime"), "990000");
}

TEST_F(DefaultMapping, Netflow5Flow) {
  ByteWriter bytes = netflow5_header({.sampling = 0x4064});
  bytes.append(netflow5_record({}).bytes());
  const CefEvent made = only(bytes.bytes());
  EXPECT_EQ(made.signature(), "flow");
  EXPECT_EQ(made.value("src"), "10.0.0.1");
  EXPECT_EQ(made.value("spt"), "40000");
  EXPECT_EQ(made.value("dst"), "192.0.2.1");
  EXPECT_EQ(made.value("dpt"), "443");
  EXPECT_EQ(made.value("proto"), "TCP");
  EXPECT_EQ(made.value("in"), "1200");
  EXPECT_EQ(made.value("start"), "1699999990000");
  EXPECT_EQ(made.value("end"), "1699999999000");
  EXPECT_EQ(made.value("dvc"), "192.0.2.1");
  EXPECT_EQ(made.value("FlowcefBridgePacketDeltaCount"), "3");
  EXPECT_EQ(made.value("FlowcefBridgeSamplingInterval"), "100");  // SS-20
  EXPECT_EQ(made.value("FlowcefBridgeSamplingAlgorithm"), "1");
  EXPECT_EQ(made.value("FlowcefBridgeEngineType"), "2");
  EXPECT_EQ(made.value("externalId"), "1-1");
}

// SK-13: in v5 ICMP type and code stand where the destination port is; a line has no port then.
TEST_F(DefaultMapping, Netflow5Icmp) {
  ByteWriter bytes = netflow5_header({});
  bytes.append(netflow5_record({.source_port = 0, .destination_port = 0x0800, .protocol = 1}).bytes());
  const CefEvent made = only(bytes.bytes());
  EXPECT_FALSE(made.has("dpt"));
  EXPECT_FALSE(made.has("spt"));
  EXPECT_EQ(made.value("proto"), "ICMP");
  EXPECT_EQ(made.value("FlowcefBridgeIcmpTypeCodeIPv4"), "2048");
  EXPECT_EQ(made.value("FlowcefBridgeIcmpType"), "8");
  EXPECT_EQ(made.value("FlowcefBridgeIcmpCode"), "0");
}

TEST_F(DefaultMapping, Ipv6GoesToItsSlots) {
  const CefEvent made =
      event(MessageBuilder::ipfix()
                .templates(template_record(300, {{27, 16}, {28, 16}}))
                .set(300, ByteWriter().u64(0x20010db8'00000000).u64(1).u64(0x20010db8'00000000).u64(2)));
  EXPECT_FALSE(made.has("src"));
  EXPECT_EQ(made.value("c6a2"), "2001:db8::1");
  EXPECT_EQ(made.value("c6a2Label"), "Source IPv6 Address");
  EXPECT_EQ(made.value("c6a3"), "2001:db8::2");
  EXPECT_EQ(made.value("c6a3Label"), "Destination IPv6 Address");
}

TEST_F(DefaultMapping, ReverseBytesAreOut) {
  const CefEvent made = event(MessageBuilder::ipfix()
                                  .templates(template_record(300, {{1, 8}, {1, 8, kReversePen}}))
                                  .set(300, ByteWriter().u64(10).u64(3'000'000'000)));
  EXPECT_EQ(made.value("in"), "10");
  EXPECT_FALSE(made.has("out")) << "above 32 bits, which CEF:0 cannot hold";
  EXPECT_EQ(made.value("FlowcefBridgeReverseOctetDeltaCount"), "3000000000");
}

// SK-35: a NAT event becomes a line with the translated addresses, its own event class and the event's time.
TEST_F(DefaultMapping, NatEvent) {
  const CefEvent made =
      event(MessageBuilder::netflow9()
                .templates(template_record(
                    300, {{8, 4}, {225, 4}, {227, 2}, {226, 4}, {228, 2}, {234, 4}, {230, 1}, {323, 8}}))
                .set(300, ByteWriter()
                              .u32(0x0a000001)
                              .u32(0xc6336401)
                              .u16(1024)
                              .u32(0xcb007101)
                              .u16(80)
                              .u32(7)
                              .u8(4)
                              .u64(1'699'999'999'500)));
  EXPECT_EQ(made.signature(), "nat-created");
  EXPECT_EQ(made.value("rt"), "1699999999500");
  EXPECT_EQ(made.value("sourceTranslatedAddress"), "198.51.100.1");
  EXPECT_EQ(made.value("sourceTranslatedPort"), "1024");
  EXPECT_EQ(made.value("destinationTranslatedAddress"), "203.0.113.1");
  EXPECT_EQ(made.value("destinationTranslatedPort"), "80");
}

TEST_F(DefaultMapping, FirewallEventsOfBothGenerations) {
  for (const std::uint16_t element : {std::uint16_t{233}, std::uint16_t{40005}}) {
    const CefEvent made = event(MessageBuilder::netflow9()
                                    .templates(template_record(300, {{8, 4}, {element, 1}, {40000, 20}}))
                                    .set(300, ByteWriter().u32(1).u8(3).text("jdoe").zeros(16)));
    EXPECT_EQ(made.signature(), "firewall-denied") << element;
    EXPECT_EQ(made.value("act"), "flow denied");
    EXPECT_EQ(made.value("suser"), "jdoe");
  }
}

}  // namespace
}  // namespace flowcef::test
