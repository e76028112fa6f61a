#include "flowcef/app/cef_pairs.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "flowcef/core/cef_escape.hpp"
#include "support/cef_reader.hpp"

namespace flowcef::test {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs_of(std::string_view extension) {
  Pairs pairs;
  CefPair pair;
  while (next_pair(extension, pair)) pairs.emplace_back(pair.key, pair.value);
  return pairs;
}

struct Extension {
  const char* name;
  std::string text;
  Pairs pairs;
};

void PrintTo(const Extension& row, std::ostream* out) {
  *out << row.text;
}

class CefExtension : public testing::TestWithParam<Extension> {};

TEST_P(CefExtension, IsTakenApart) {
  EXPECT_EQ(pairs_of(GetParam().text), GetParam().pairs);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, CefExtension,
    testing::Values(Extension{"Nothing", "", {}}, Extension{"One", "src=10.0.0.1", {{"src", "10.0.0.1"}}},
                    Extension{"Blanks", "reason=end of flow in=7", {{"reason", "end of flow"}, {"in", "7"}}},
                    Extension{"Empty", "src= dst= in=1", {{"src", ""}, {"dst", ""}, {"in", "1"}}},
                    Extension{"EmptyAtTheEnd", "in=1 src=", {{"in", "1"}, {"src", ""}}},
                    Extension{"EscapedEquals", R"(msg=a\=b c=d)", {{"msg", R"(a\=b)"}, {"c", "d"}}},
                    Extension{
                        "LooksLikeAKey", R"(msg=x dst\=1.2.3.4 in=1)", {{"msg", R"(x dst\=1.2.3.4)"}, {"in", "1"}}},
                    Extension{"BackslashAtTheEnd", R"(msg=a\\ in=1)", {{"msg", R"(a\\)"}, {"in", "1"}}},
                    Extension{"BackslashBeforeEquals", R"(msg=a\\\=b in=1)", {{"msg", R"(a\\\=b)"}, {"in", "1"}}},
                    Extension{"EscapedLineBreak", R"(msg=a\nb in=1)", {{"msg", R"(a\nb)"}, {"in", "1"}}},
                    Extension{"NoPairs", "just text", {}}),
    [](const auto& row) { return row.param.name; });

TEST(CefHeader, FieldsMayHoldEscapedBars) {
  CefLine parts;
  ASSERT_TRUE(split_cef(R"(CEF:0|a\|b|c\\|1|sig|na me|3|src=1 x=a|b)", parts));
  EXPECT_EQ(parts.header, (std::array<std::string_view, 7>{"0", R"(a\|b)", R"(c\\)", "1", "sig", "na me", "3"}));
  EXPECT_EQ(parts.extension, "src=1 x=a|b");
}

TEST(CefHeader, WhatIsNoneIsRefused) {
  CefLine parts;
  const std::string whole = "CEF:0|v|p|1|s|n|3|";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(split_cef(whole.substr(0, length), parts)) << length;
  }
  EXPECT_TRUE(split_cef(whole, parts));
  EXPECT_FALSE(split_cef("<134>" + whole, parts));
}

// Whatever a value holds, the strict reader and this one find the same pairs.
TEST(CefExtensions, EveryThreeCharactersThatNeedCare) {
  const std::string_view characters = "=\\ |a\n\r";
  for (const char a : characters) {
    for (const char b : characters) {
      for (const char c : characters) {
        const std::string value = escape_extension_value(std::string{a, 'x', b, c, 'y'});
        const std::string line = "CEF:0|v|p|1|s|n|3|msg=" + value + " act=" + value + " in=1";
        const auto read = read_cef(line);
        ASSERT_TRUE(read) << read.error() << ": " << line;
        CefLine parts;
        ASSERT_TRUE(split_cef(line, parts));
        EXPECT_EQ(pairs_of(parts.extension), (Pairs{{"msg", value}, {"act", value}, {"in", "1"}}));
        EXPECT_EQ(read->order, (std::vector<std::string>{"msg", "act", "in"}));
      }
    }
  }
}

}  // namespace
}  // namespace flowcef::test
