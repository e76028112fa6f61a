#include "flowcef/map/cef_dictionary.hpp"

#include <gtest/gtest.h>

namespace flowcef::test {
namespace {

TEST(CefDictionary, KnowsTypeAndLength) {
  EXPECT_EQ(cef_keys().size(), 189U);
  EXPECT_EQ(find_cef_key("spt", 0)->type, CefType::integer);
  EXPECT_EQ(find_cef_key("externalId", 0)->max_length, 40);
  EXPECT_EQ(find_cef_key("bytesIn", 0), nullptr) << "full names are no keys";
  EXPECT_EQ(find_cef_key("SRC", 0), nullptr) << "keys are case-sensitive";
}

TEST(CefDictionary, WidensTypesWithTheVersion) {
  EXPECT_EQ(find_cef_key("src", 0)->type, CefType::ipv4);
  EXPECT_EQ(find_cef_key("src", 1)->type, CefType::ip);
  EXPECT_EQ(find_cef_key("in", 0)->type, CefType::integer);
  EXPECT_EQ(find_cef_key("in", 1)->type, CefType::long_integer);
  EXPECT_EQ(find_cef_key("reportedDuration", 0), nullptr);
  EXPECT_NE(find_cef_key("reportedDuration", 1), nullptr);
}

TEST(CefDictionary, TellsConsumersKeys) {
  EXPECT_TRUE(find_cef_key("dvc", 0)->producer);
  EXPECT_FALSE(find_cef_key("agt", 0)->producer);
}

}  // namespace
}  // namespace flowcef::test
