#include "flowcef/core/cef_escape.hpp"

#include <gtest/gtest.h>

#include "support/cef_reader.hpp"

namespace flowcef::test {
namespace {

using namespace std::string_literals;

struct EscapeCase {
  const char* name;
  std::string input;
  std::string output;
};

void PrintTo(const EscapeCase& row, std::ostream* out) {
  *out << row.name;
}

class ExtensionValues : public testing::TestWithParam<EscapeCase> {};

TEST_P(ExtensionValues, AreEscaped) {
  EXPECT_EQ(escape_extension_value(GetParam().input), GetParam().output);
}

INSTANTIATE_TEST_SUITE_P(
    All, ExtensionValues,
    testing::Values(EscapeCase{"Plain", "GET /index.html", "GET /index.html"},
                    EscapeCase{"Equals", "a=b==", R"(a\=b\=\=)"},
                    EscapeCase{"Backslash", R"(C:\temp\)", R"(C:\\temp\\)"}, EscapeCase{"PipeStaysBare", "a|b", "a|b"},
                    EscapeCase{"QuotesStayBare", R"(say "x")", R"(say "x")"}, EscapeCase{"LineFeed", "a\nb", R"(a\nb)"},
                    EscapeCase{"CarriageReturn", "a\r\nb", R"(a\r\nb)"}, EscapeCase{"Tab", "a\tb", "a b"},
                    EscapeCase{"Nul", "a\0b"s, "a b"},
                    EscapeCase{"Delete",
                               "a\x7f"
                               "b",
                               "a b"},
                    EscapeCase{"Escape", "a\x1b[31mb", "a [31mb"}, EscapeCase{"Trimmed", "  \t a b \0\0"s, "a b"},
                    EscapeCase{"ControlsAtTheEnds",
                               "\x01"
                               "ab\x02",
                               "ab"},
                    EscapeCase{"OnlyBlanks", "   ", ""}, EscapeCase{"OnlyControls", "\x01\x02\x03", ""},
                    EscapeCase{"Empty", "", ""}, EscapeCase{"Utf8", "Zürich 東京 🦊", "Zürich 東京 🦊"},
                    EscapeCase{"Latin1", "Z\xfcrich", "Z\xef\xbf\xbdrich"},
                    EscapeCase{"CutSequence", "ab\xe6\x9d", "ab\xef\xbf\xbd\xef\xbf\xbd"},
                    EscapeCase{"Overlong", "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
                    EscapeCase{"Surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
                    EscapeCase{"TooLarge", "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
                    EscapeCase{"ForgedPair", "x dst=1.2.3.4", R"(x dst\=1.2.3.4)"},
                    EscapeCase{"ForgedEvent", "x\nCEF:0|a|b|c|d|e|9|", R"(x\nCEF:0|a|b|c|d|e|9|)"}),
    [](const auto& row) { return std::string(row.param.name); });

// The block-wise path must agree with the byte-wise one wherever a special byte falls.
TEST(ExtensionValue, IsEscapedAtEveryOffset) {
  for (const char special : {'=', '\\', '\n', '\r', '\x7f', '\x1f'}) {
    for (std::size_t at = 0; at < 40; ++at) {
      std::string text(40, 'x');
      text[at] = special;
      std::string expected(40, 'x');
      const bool blank = special == '\x7f' || special == '\x1f';
      const std::string replaced = blank             ? " "
                                   : special == '\n' ? "\\n"
                                   : special == '\r' ? "\\r"
                                                     : std::string("\\") + special;
      expected.replace(at, 1, replaced);
      if (blank && (at == 0 || at == 39)) expected = std::string(39, 'x');
      EXPECT_EQ(escape_extension_value(text), expected) << static_cast<int>(special) << " at " << at;
    }
  }
}

TEST(ExtensionValue, AnyTwoBytesReadBack) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {'a', static_cast<char>(first), static_cast<char>(second), 'b'};
      const auto event = read_cef("CEF:0|a|b|c|d|e|1|msg=" + escape_extension_value(text) + " src=10.0.0.1");
      ASSERT_TRUE(event) << event.error();
      ASSERT_EQ(event->extension.size(), 2U) << first << ' ' << second;
    }
  }
}

TEST(HeaderFields, AreEscaped) {
  EXPECT_EQ(escape_header_field("a|b\\c=d"), R"(a\|b\\c=d)");
  EXPECT_EQ(escape_header_field("a\nb\rc\td"), "a b c d");
}

TEST(Cutting, KeepsCodePointsWhole) {
  const std::string text = "a東b";
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  EXPECT_EQ(cut_at_code_point(bytes, text.size(), 10), 5U);
  EXPECT_EQ(cut_at_code_point(bytes, text.size(), 4), 4U);
  EXPECT_EQ(cut_at_code_point(bytes, text.size(), 3), 1U);
  EXPECT_EQ(cut_at_code_point(bytes, text.size(), 1), 1U);
}

// They are no part of a character, so that a text of nothing else is cut, not lost.
TEST(Cutting, BadBytesMayBeCutAnywhere) {
  for (const std::string& text :
       {std::string(20, '\x80'), std::string(20, '\xff'), "aaaaaaaa\xe6\x9d" + std::string(9, 'a')}) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    EXPECT_EQ(cut_at_code_point(bytes, text.size(), 9), 9U);
  }
}

}  // namespace
}  // namespace flowcef::test
