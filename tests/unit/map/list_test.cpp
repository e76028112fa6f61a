// Values out of structured data (RFC 6313) on the line.
#include "data_set_lines.hpp"

namespace flowcef::test {
namespace {

constexpr std::uint16_t kBasicList = 291;
constexpr std::uint16_t kSubTemplateMultiList = 293;

class Lists : public DataSetLines {
 protected:
  std::string extension_with_items(const std::vector<FieldSpec>& fields) {
    return extension_of_record(layout(fields), {});
  }
};

TEST_F(Lists, ValuesHaveTheKeysOfTheirElements) {
  const auto made = layout({{kSubTemplateMultiList, 65535}});
  item(0, {8, 4}, ByteWriter().u32(0x0a000001));
  item(0, {1, 8}, ByteWriter().number(513, 3));
  item(0, {56, 6}, ByteWriter().number(0x00aabbccddee, 6));
  item(0, {82, 8}, ByteWriter().text("eth0").zeros(4));
  item(0, {82, 65535}, ByteWriter().text("a=b"));
  item(0, {276, 1}, ByteWriter().u8(1));
  item(0, {152, 8}, ByteWriter().u64(1'700'000'000'001));
  item(0, {95, 4}, ByteWriter().u32(0x0d00000a));
  EXPECT_EQ(extension_of_record(made, {}),
            "XSourceIPv4Address=10.0.0.1 XOctetDeltaCount=513 XSourceMacAddress=00:aa:bb:cc:dd:ee "
            R"(XInterfaceName=eth0 XInterfaceName2=a\=b XDataRecordsReliability=true )"
            "XFlowStartMilliseconds=1700000000001 XApplicationId=13:10");
}

TEST_F(Lists, WhatIsUnknownOrMisfitsIsHex) {
  const auto made = layout({{kSubTemplateMultiList, 65535}});
  item(0, {499, 2, 99999}, ByteWriter().u16(0x0102));
  item(0, {8, 3}, ByteWriter().number(0x0a0b0c, 3));
  item(0, {1, 9}, ByteWriter().u8(1).u64(0));
  item(0, {1, 8, kReversePen}, ByteWriter().u64(7));
  EXPECT_EQ(extension_of_record(made, {}),
            "XPen99999Id499=0102 XSourceIPv4Address=0a0b0c XOctetDeltaCount=010000000000000000 "
            "XReverseOctetDeltaCount=7");
}

// PX-05: what a record has several times is kept apart, against its own fields as well.
TEST_F(Lists, RepeatedElementsAreNumbered) {
  const auto made = layout({{4, 1}, {kSubTemplateMultiList, 5}, {7, 2}});
  item(1, {4, 1}, ByteWriter().u8(6));
  item(1, {4, 1}, ByteWriter().u8(17));
  item(1, {11, 2}, ByteWriter().u16(80));
  const auto bytes = ByteWriter().u8(6).zeros(5).u16(4352);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(extension_of_record(made, bytes),
              "XProtocolIdentifier=6 XProtocolIdentifier2=6 XProtocolIdentifier3=17 XDestinationTransportPort=80 "
              "XSourceTransportPort=4352")
        << "numbers begin anew with each record";
  }
}

// Number 5 of an enterprise, the second one, would read as number 52.
TEST_F(Lists, NumbersMakeNoOtherElementsKey) {
  const auto made = layout({{kSubTemplateMultiList, 65535}});
  item(0, {52, 1, 9}, ByteWriter().u8(1));
  item(0, {5, 1, 9}, ByteWriter().u8(2));
  item(0, {5, 1, 9}, ByteWriter().u8(3));
  EXPECT_EQ(extension_of_record(made, {}), "XPen9Id52=01 XPen9Id5=02 XPen9Id53=03");
}

TEST_F(Lists, ABasicListIsJoinedUnlessItsValuesMayHoldCommas) {
  const auto made = layout({{kBasicList, 65535}, {kBasicList, 65535}});
  item(0, {8, 4}, ByteWriter().u32(1));
  item(0, {8, 4}, ByteWriter().u32(2), true);
  item(0, {8, 4}, ByteWriter().u32(3), true);
  item(0, {8, 4}, ByteWriter().u32(4));
  item(1, {82, 65535}, ByteWriter().text("a,b"));
  item(1, {82, 65535}, ByteWriter().text("c"), true);
  EXPECT_EQ(extension_of_record(made, {}),
            "XSourceIPv4Address=0.0.0.1,0.0.0.2,0.0.0.3 XSourceIPv4Address2=0.0.0.4 XInterfaceName=a,b "
            "XInterfaceName2=c");
}

TEST_F(Lists, EmptyValuesAreLeftOut) {
  const auto made = layout({{kBasicList, 65535}});
  item(0, {1, 65535}, {});
  item(0, {1, 65535}, ByteWriter().u8(5), true);
  item(0, {1, 65535}, {}, true);
  item(0, {82, 4}, ByteWriter().zeros(4));
  EXPECT_EQ(extension_of_record(made, {}), "XOctetDeltaCount=5");
}

TEST_F(Lists, AListThatCouldNotBeReadIsHexUnderItsOwnKey) {
  const auto made = layout({{kBasicList, 65535}, {kBasicList, 65535}});
  item(0, {kBasicList, 65535}, ByteWriter().u16(0x0300));
  item(1, {kBasicList, 65535}, ByteWriter().u16(0x0301));
  item(1, {kSubTemplateMultiList, 65535}, ByteWriter().u16(0x0302));
  EXPECT_EQ(extension_of_record(made, {}), "XBasicList=0300 XBasicList2=0301 XSubTemplateMultiList=0302");
}

TEST_F(Lists, StandAtTheirPlaceBetweenTheOtherFields) {
  use_keys("spt = \"sourceTransportPort\"");
  const auto made = layout({{7, 2}, {kBasicList, 3}, {11, 2}});
  item(1, {4, 1}, ByteWriter().u8(6));
  EXPECT_EQ(extension_of_record(made, ByteWriter().u16(5).zeros(3).u16(80)),
            "spt=5 XProtocolIdentifier=6 XDestinationTransportPort=80");
}

// The bound of a message counts every item; the sanitizer watches.
TEST_F(Lists, ManyLongTextsStayWithinTheirBound) {
  const auto made = layout({{kBasicList, 65535}});
  for (int i = 0; i < 300; ++i) {
    item(0, {82, 65535}, ByteWriter().text(std::string(200, '\xff')), i != 0);
  }
  const std::string line = render(made, {});
  EXPECT_GT(line.size(), 300U * 600U);
  EXPECT_TRUE(line.find("XInterfaceName300=") != std::string::npos);
}

// Keys of elements that a hostile exporter makes up are forgotten when there are too many.
TEST_F(Lists, KeysStayBounded) {
  for (std::uint16_t n = 0; n < 40; ++n) {
    const auto made = layout({{kBasicList, 65535}});
    forget_items();
    for (std::uint16_t id = 1; id <= 1000; ++id) item(0, {id, 1, 7'000'000U + n}, ByteWriter().u8(1));
    const std::string line = render(made, {});
    EXPECT_TRUE(line.ends_with("XPen" + std::to_string(7'000'000 + n) + "Id1000=01"));
  }
}

}  // namespace
}  // namespace flowcef::test
