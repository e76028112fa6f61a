// FD-34: the flows of a unit's own export.
#include "flowcef/decode/own_exports.hpp"

#include "exporter_flows.hpp"

namespace flowcef::test {
namespace {

class Own : public ExporterFlows {
 protected:
  Own() {
    settings_.classes = std::make_shared<const NumberNames>(NumberNames{{70, "Outbound/Localhost/FlowRecords"},
                                                                        {71, "NetFlowV5"},
                                                                        {72, "Outbound/HTTP"},
                                                                        {73, "MyFlowRecords"},
                                                                        {74, "Outbound/FlowRecords/Other"}});
  }
  bool has(const Flow& flow) {
    const ByteWriter bytes = record(flow);
    return OwnExports(set_of(*layout_, bytes)).has(0);
  }
  /// A flow that the exporter sends.
  static Flow sent(std::uint32_t class_id, std::uint8_t protocol = 6, std::uint16_t port = 9800) {
    Flow flow;
    flow.source = 0xc0000201;
    flow.destination = 0xc00002c8;
    flow.class_id = class_id;
    flow.protocol = protocol;
    flow.destination_port = port;
    return flow;
  }

  std::shared_ptr<Template> layout_ = layout();
};

TEST_F(Own, AreByTheNameOfTheirClass) {
  EXPECT_TRUE(has(sent(70)));
  EXPECT_TRUE(has(sent(71)));
  for (const std::uint32_t other : {72U, 73U, 74U, 75U}) EXPECT_FALSE(has(sent(other))) << other;
  Flow others = sent(70);
  others.source = 0xc0000202;
  EXPECT_FALSE(has(others)) << "another unit's";
  settings_.classes.reset();
  EXPECT_FALSE(has(sent(70)));
}

TEST_F(Own, AreByWhereTheyGo) {
  EXPECT_TRUE(has(sent(72, 17, 2055)));
  EXPECT_FALSE(has(sent(72, 6, 2055)));
  EXPECT_FALSE(has(sent(72, 17, 2056)));
  Flow elsewhere = sent(72, 17, 2055);
  elsewhere.destination = 0xc00002c9;
  EXPECT_FALSE(has(elsewhere));
  for (const char* any : {"0.0.0.0", "::"}) {
    context_.listener.address = *IpAddress::parse(any);
    EXPECT_TRUE(has(elsewhere)) << any;
  }
}

TEST_F(Own, AreFoundInNetflowV5AndByIpv6) {
  const ByteWriter five = netflow5(sent(0, 17, 2055));
  EXPECT_TRUE(OwnExports(set_of(*netflow5_, five)).has(0));
  const auto six = layout();
  six->fields = {};
  six->record_length = 0;
  for (const auto& [id, length] : {std::pair{27, 16}, {28, 16}, {11, 2}, {4, 1}}) {
    Field field;
    field.id = {0, static_cast<std::uint16_t>(id)};
    field.length = static_cast<std::uint16_t>(length);
    field.offset = six->record_length;
    six->record_length += field.length;
    six->fields.push_back(field);
  }
  context_.exporter.address = *IpAddress::parse("2001:db8::1");
  context_.listener.address = *IpAddress::parse("2001:db8::2");
  ByteWriter bytes;
  bytes.u32(0x20010db8).zeros(11).u8(1).u32(0x20010db8).zeros(11).u8(2).u16(2055).u8(17);
  EXPECT_TRUE(OwnExports(set_of(*six, bytes)).has(0));
  bytes.overwrite_u16(14, 9);
  EXPECT_FALSE(OwnExports(set_of(*six, bytes)).has(0));
}

TEST_F(Own, RecordsWithoutAddressesAreNot) {
  const auto bare = layout();
  bare->fields = {};
  bare->record_length = 1;
  const ByteWriter bytes = ByteWriter().u8(0);
  EXPECT_FALSE(OwnExports(set_of(*bare, bytes)).has(0));
}

}  // namespace
}  // namespace flowcef::test
