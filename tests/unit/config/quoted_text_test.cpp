#include "flowcef/config/quoted_text.hpp"

#include <gtest/gtest.h>

namespace flowcef {
namespace {

TEST(QuotedText, LeavesPrintableTextAlone) {
  EXPECT_EQ(in_quotes(""), "\"\"");
  EXPECT_EQ(in_quotes("tls://siem.example.com"), "\"tls://siem.example.com\"");
  EXPECT_EQ(in_quotes("Zürich \xe2\x82\xac \xf0\x9f\x98\x80"), "\"Zürich \xe2\x82\xac \xf0\x9f\x98\x80\"");
}

TEST(QuotedText, ShowsControlCharactersAndBrokenUtf8) {
  EXPECT_EQ(in_quotes("a\nb\tc\x1b[2J\x7f"), "\"a\\x0ab\\x09c\\x1b[2J\\x7f\"");
  EXPECT_EQ(in_quotes("\xc2\x9b"
                      "1m"),
            "\"\\xc2\\x9b1m\"");  // C1 CSI
  EXPECT_EQ(in_quotes("\xff\xc0\x80\xe2\x82"), "\"\\xff\\xc0\\x80\\xe2\\x82\"");
}

TEST(QuotedText, CutsAtCharacters) {
  const std::string umlauts = [] {
    std::string text;
    for (int i = 0; i < 60; ++i) text += "ü";
    return text;
  }();
  EXPECT_EQ(in_quotes(umlauts), '"' + umlauts + '"');
  EXPECT_EQ(in_quotes(umlauts + 'x'), '"' + umlauts + "...\"");
  EXPECT_EQ(shortened("abcdef", 3), "abc...");
}

TEST(QuotedText, CountsCharacters) {
  EXPECT_EQ(count_characters(""), 0U);
  EXPECT_EQ(count_characters("a\xe2\x82\xac\xff"), 3U);
}

TEST(QuotedText, KnowsPrintableText) {
  EXPECT_TRUE(is_printable("Flow record, Zürich"));
  EXPECT_FALSE(is_printable("a\nb"));
  EXPECT_FALSE(is_printable("\xc2\x85"));
  EXPECT_FALSE(is_printable("\xff"));
}

}  // namespace
}  // namespace flowcef
