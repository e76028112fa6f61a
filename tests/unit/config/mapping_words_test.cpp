#include "flowcef/config/mapping_words.hpp"

#include <gtest/gtest.h>

namespace flowcef {
namespace {

TEST(MappingWords, Elements) {
  for (const std::string_view text :
       {"sourceIPv4Address", "SUB_APPLICATION_TAG", "_3gppULI", "9:12232", "210", "0:1"}) {
    EXPECT_TRUE(is_element(text)) << text;
    EXPECT_TRUE(is_key_source(text)) << text;
  }
  for (const std::string_view text : {"", ":", "9:", ":9", "9:x", "9:1:2", "a b", "a-b", "12345678901", "ü"}) {
    EXPECT_FALSE(is_element(text)) << text;
  }
  EXPECT_FALSE(is_element("@event_id"));
  EXPECT_TRUE(is_key_source("@event_id"));
  EXPECT_FALSE(is_key_source("@"));
  EXPECT_FALSE(is_key_source("@9:1"));
}

TEST(MappingWords, KeysSignaturesTables) {
  EXPECT_TRUE(is_cef_key("c6a2"));
  EXPECT_FALSE(is_cef_key("6a"));
  EXPECT_FALSE(is_cef_key("ad.x"));
  EXPECT_FALSE(is_cef_key(""));
  EXPECT_TRUE(is_signature("nat-event_1.2"));
  EXPECT_FALSE(is_signature("nat event"));
  EXPECT_FALSE(is_signature(std::string(1024, 'x')));
  EXPECT_TRUE(is_table_name("tcp-flags"));
  EXPECT_FALSE(is_table_name("1"));
}

TEST(MappingWords, HeaderTextCountsCharactersNotBytes) {
  EXPECT_TRUE(is_header_text<3>("äöü"));
  EXPECT_FALSE(is_header_text<3>("abcd"));
  EXPECT_FALSE(is_header_text<3>(""));
  EXPECT_FALSE(is_header_text<3>("a\n"));
}

TEST(MappingWords, DefaultPrefix) {
  EXPECT_EQ(default_prefix("Flowcef", "Bridge"), "FlowcefBridge");
  EXPECT_EQ(default_prefix("3Com Inc.", "Switch-9"), "ComIncSwitch9");
  EXPECT_EQ(default_prefix("Müller", "42"), "Mller42");
  EXPECT_EQ(default_prefix("--", "42"), "");
}

}  // namespace
}  // namespace flowcef
