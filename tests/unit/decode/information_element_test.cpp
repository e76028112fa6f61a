#include "flowcef/decode/information_element.hpp"

#include <gtest/gtest.h>

#include "support/capture_lines.hpp"

namespace flowcef::test {
namespace {

const ElementRegistry& shipped() {
  return shipped_translation().registry;
}

// SK-15: all IANA elements are known by name and type; vendors' come from tables.
TEST(ElementRegistry, HoldsIanaElements) {
  const ElementRegistry registry;
  std::size_t known = 0;
  for (std::uint32_t id = 1; id < 0x8000; ++id) {
    if (registry.find(ElementId{0, static_cast<std::uint16_t>(id)}) != nullptr) ++known;
  }
  EXPECT_EQ(known, 502U);
  const InformationElement* element = registry.find_by_name("flowStartMilliseconds");
  ASSERT_NE(element, nullptr);
  EXPECT_EQ(element->id, (ElementId{0, 152}));
  EXPECT_EQ(element->type, DataType::date_time_milliseconds);
}

TEST(ElementRegistry, FindsByNameAndByNumber) {
  const ElementRegistry registry;
  EXPECT_EQ(registry.find_by_name("1"), registry.find_by_name("octetDeltaCount"));
  EXPECT_EQ(registry.find_by_name("0:1"), registry.find_by_name("octetDeltaCount"));
  EXPECT_EQ(registry.find_by_name("29305:1")->name, "reverseOctetDeltaCount");
  EXPECT_EQ(registry.find_by_name("noSuchElement"), nullptr);
  EXPECT_EQ(registry.find_by_name("1:2:3"), nullptr);
  EXPECT_EQ(registry.find_by_name(""), nullptr);
}

TEST(ElementRegistry, HoldsVendorsTables) {
  EXPECT_EQ(shipped().find(ElementId{26866, 113})->name, "SslServerVersion");
  EXPECT_EQ(shipped().find(ElementId{9, 232})->name, "ingressAclId");
  EXPECT_EQ(shipped().find(ElementId{99999, 1}), nullptr);
}

// SK-16: v9 numbers use IANA's names where they mean the same.
TEST(ElementRegistry, ReadsNetflow9Numbers) {
  EXPECT_EQ(shipped().find_netflow9(1)->name, "octetDeltaCount");
  EXPECT_EQ(shipped().find_netflow9(40000)->name, "userName");
  EXPECT_EQ(shipped().find_netflow9(194)->name, "IP_TOS");
  EXPECT_EQ(shipped().find_netflow9(56701)->name, "PAN_APP_ID");
  EXPECT_EQ(shipped().find_netflow9(65000), nullptr);
}

TEST(ElementRegistry, LaterRowsReplaceEarlierOnes) {
  ElementRegistry registry;
  EXPECT_TRUE(registry.add(std::vector<ElementRow>{{4711, 1, "first", "string", "", {}}}).empty());
  EXPECT_TRUE(registry.add(std::vector<ElementRow>{{4711, 1, "second", "unsigned8", "", {}}}).empty());
  EXPECT_EQ(registry.find(ElementId{4711, 1})->name, "second");
  EXPECT_EQ(registry.find_by_name("second")->type, DataType::unsigned8);
}

TEST(DataTypes, HaveTheirIanaNames) {
  EXPECT_EQ(data_type_by_name("unsigned32"), DataType::unsigned32);
  EXPECT_EQ(to_string(DataType::date_time_nanoseconds), "dateTimeNanoseconds");
  EXPECT_EQ(data_type_by_name("integer"), std::nullopt);
}

}  // namespace
}  // namespace flowcef::test
