// The reader that all other tests trust: what the standard refuses, it has to refuse.
#include "support/cef_reader.hpp"

#include <gtest/gtest.h>

#include "flowcef/map/cef_dictionary.hpp"
#include "support/cef_value_rules.hpp"

namespace flowcef::test {
namespace {

using namespace std::string_literals;

constexpr std::string_view kHead = "CEF:0|Vendor|Product|1.0|id|Name|3|";

struct LineCase {
  const char* name;
  std::string line;
  const char* problem;  ///< what the error begins with
};

void PrintTo(const LineCase& row, std::ostream* out) {
  *out << row.name;
}

LineCase extension(const char* name, const std::string& text, const char* problem, unsigned version = 0) {
  return {name, "CEF:" + std::to_string(version) + std::string(kHead.substr(5)) + text, problem};
}

LineCase header(const char* name, const std::string& line, const char* problem) {
  return {name, line, problem};
}

class Refused : public testing::TestWithParam<LineCase> {};

TEST_P(Refused, WithItsReason) {
  const auto event = read_cef(GetParam().line);
  ASSERT_FALSE(event) << GetParam().line;
  EXPECT_TRUE(event.error().starts_with(GetParam().problem)) << event.error();
}

const auto kCaseName = [](const testing::TestParamInfo<LineCase>& row) { return std::string(row.param.name); };

INSTANTIATE_TEST_SUITE_P(
    Header, Refused,
    testing::Values(header("Nothing", "", "no CEF:"), header("TextInFront", "x" + std::string(kHead), "no CEF:"),
                    header("NoVersion", "CEF:|V|P|1|i|n|3|", "bad version"),
                    header("BlankVersion", "CEF: 0|V|P|1|i|n|3|", "bad version"),
                    header("PaddedVersion", "CEF:01|V|P|1|i|n|3|", "version begins with 0"),
                    header("SixBars", "CEF:0|V|P|1|i|n|3", "header is cut"),
                    header("EmptyField", "CEF:0|V||1|i|n|3|", "empty or too long"),
                    header("ForeignEscape", R"(CEF:0|V\=|P|1|i|n|3|)", "foreign escape in header"),
                    header("EscapeAtTheEnd", R"(CEF:0|V\)", "foreign escape in header"),
                    header("LineFeed", "CEF:0|V\n|P|1|i|n|3|", "bad byte"),
                    header("LongVendor", "CEF:0|" + std::string(64, 'v') + "|P|1|i|n|3|", "empty or too long"),
                    header("LongProduct", "CEF:0|V|" + std::string(64, 'p') + "|1|i|n|3|", "empty or too long"),
                    header("LongVersion", "CEF:0|V|P|" + std::string(32, '1') + "|i|n|3|", "empty or too long"),
                    header("LongSignature", "CEF:0|V|P|1|" + std::string(1024, 'i') + "|n|3|", "empty or too long"),
                    header("LongName", "CEF:0|V|P|1|i|" + std::string(513, 'n') + "|3|", "empty or too long"),
                    header("SignatureWithEquals", "CEF:0|V|P|1|a=b|n|3|", "signature needs"),
                    header("Severity11", "CEF:0|V|P|1|i|n|11|", "bad severity"),
                    header("SeverityPadded", "CEF:0|V|P|1|i|n|03|", "bad severity"),
                    header("SeverityWord", "CEF:0|V|P|1|i|n|high|", "bad severity")),
    kCaseName);

INSTANTIATE_TEST_SUITE_P(
    Grammar, Refused,
    testing::Values(
        extension("NoEquals", "src", "no key"), extension("NoKey", "=1", "no key"),
        extension("TwoBlanks", "msg=a  src=10.0.0.1", "untrimmed"), extension("BlankInFront", " msg=a", "bad key"),
        extension("BlankAtTheEnd", "msg=a ", "untrimmed"), extension("BareEquals", "msg=a=b", "bare ="),
        extension("BareEqualsTwice", "msg=a=b=c=d", "bare ="),
        extension("BareEqualsBeforeAPair", "msg=a=b src=10.0.0.1", "bare ="),
        extension("EscapedBar", R"(msg=a\|b)", "foreign escape"),
        extension("EscapedQuote", R"(msg=a\"b)", "foreign escape"),
        extension("EscapedCode", R"(msg=a\u0009b)", "foreign escape"),
        extension("HalfAnEscape", R"(msg=a\)", "foreign escape"), extension("Tab", "msg=a\tb", "bad byte"),
        extension("Nul", "msg=a\0b"s, "bad byte"), extension("Delete", "msg=a\x7f", "bad byte"),
        extension("BadUtf8", "msg=a\xff", "bad byte"), extension("CutUtf8", "msg=a\xe6\x9d", "bad byte"),
        extension("Overlong", "msg=\xc0\xaf", "bad byte"), extension("Surrogate", "msg=\xed\xa0\x80", "bad byte"),
        extension("Empty", "msg= src=10.0.0.1", "empty value"), extension("EmptyAtTheEnd", "msg=", "empty"),
        extension("Repeated", "msg=a msg=a", "repeated key"), extension("KeyWithUnderscore", "my_key=1", "bad key"),
        extension("KeyWithDot", "ad.key=1", "bad key"), extension("KeyBeginsWithDigit", "1key=1", "bad key"),
        extension("KeyNotAscii", "schl\xc3\xbcssel=1", "bad key")),
    kCaseName);

INSTANTIATE_TEST_SUITE_P(
    Labels, Refused,
    testing::Values(extension("SlotAlone", "cs1=a", "no label of cs1"),
                    extension("LabelAlone", "cs1Label=A", "nothing goes with"),
                    extension("CustomLabel", "AcmeFlowLabel=1", "custom key ends in Label"),
                    extension("SameLabel", "cs1=a cs1Label=A cs2=b cs2Label=A", "another key or label"),
                    extension("LabelIsAKeyOfTheLine", "cs1=a cs1Label=Acme Acme=1", "another key or label"),
                    extension("LabelIsAKeyOfTheDictionary", "cs1=a cs1Label=msg", "another key or label"),
                    extension("LongLabel", "flexString1=a flexString1Label=" + std::string(129, 'x'), "text is too")),
    kCaseName);

INSTANTIATE_TEST_SUITE_P(Types, Refused,
                         testing::Values(extension("ArcSightsKey", "agt=10.0.0.1", "key is ArcSight's own"),
                                         extension("KeyOfVersion1", "threatActor=x", "key came with CEF 1.x"),
                                         extension("LongText", "app=" + std::string(32, 'x'), "text is too long"),
                                         extension("Hex", "cnt=0x10", "value is not"),
                                         extension("LeadingZero", "spt=0443", "value is not"),
                                         extension("Plus", "spt=+1", "value is not"),
                                         extension("Port", "spt=65536", "value is not"),
                                         extension("NegativeBytes", "in=-1", "value is not"),
                                         extension("Direction", "deviceDirection=2", "value is not"),
                                         extension("WideIn", "in=2147483648", "value is not"),
                                         extension("BeyondLong", "in=9223372036854775808", "value is not", 1),
                                         extension("BelowLong", "cn1=-9223372036854775809 cn1Label=A", "value is not"),
                                         extension("MinusZero", "cn1=-0 cn1Label=A", "value is not"),
                                         extension("NotANumber", "cfp1=nan cfp1Label=A", "value is not"),
                                         extension("NoDigitsBehindThePoint", "cfp1=1. cfp1Label=A", "value is not"),
                                         extension("Ipv4Cut", "src=10.0.0", "value is not"),
                                         extension("Ipv4Padded", "src=10.0.0.01", "value"),
                                         extension("Ipv6InSrc", "src=2001:db8::1", "value is not"),
                                         extension("Ipv4InSlot", "c6a2=10.0.0.1 c6a2Label=A", "value is not"),
                                         extension("Ipv6InBrackets", "src=[::1]", "value is not", 1),
                                         extension("Ipv6WithZone", "src=fe80::1%eth0", "value is not", 1),
                                         extension("Ipv6InCapitals", "src=2001:DB8::1", "value is not", 1),
                                         extension("Ipv6NotShortest", "src=2001:db8:0:0:0:0:0:1", "value is not", 1),
                                         extension("Ipv4InIpv6Form", "src=::ffff:10.0.0.1", "value is not", 1),
                                         extension("MacOfFive", "smac=00:11:22:33:44", "value is not"),
                                         extension("MacWithDashes", "smac=00-11-22-33-44-55", "value is not"),
                                         extension("TimeInSecondsAndParts", "rt=1700000000.5", "value is not"),
                                         extension("IsoTime", "rt=2025-06-15T00:00:00Z", "value is not"),
                                         extension("MonthInSmallLetters", "rt=jun 15 10:00:00", "value is not"),
                                         extension("DayWithoutZero", "rt=Jun 5 10:00:00", "value is not"),
                                         extension("Day32", "rt=Jun 32 10:00:00", "value is not"),
                                         extension("Hour24", "rt=Jun 15 24:00:00", "value is not"),
                                         extension("TwoDigitsOfASecond", "rt=Jun 15 10:00:00.12", "value is not"),
                                         extension("ZoneIsANumber", "rt=Jun 15 10:00:00 +0200", "value is not")),
                         kCaseName);

TEST(CefReader, UndoesTheEscapes) {
  const auto event = read_cef(R"(CEF:0|a\|b\\|P|1|i|n = m|10|msg=a\=b\\c\nd\re | "f" cs1=C:\\x y cs1Label=p q in=0)");
  ASSERT_TRUE(event) << event.error();
  EXPECT_EQ(event->header[0], R"(a|b\)");
  EXPECT_EQ(event->header[4], "n = m");
  EXPECT_EQ(event->value("msg"), "a=b\\c\nd\re | \"f\"");
  EXPECT_EQ(event->value("cs1"), R"(C:\x y)");
  EXPECT_EQ(event->order, (std::vector<std::string>{"msg", "cs1", "cs1Label", "in"}));
}

TEST(CefReader, TakesEachForm) {
  for (const std::string line : {
           "CEF:0|V|P|1|i|n|Very-High|",
           "CEF:23|V|P|1|i|n|0|src=::1",
           "CEF:0|V|P|1|i|n|3|in=2147483647",
           "CEF:1|V|P|1|i|n|3|in=9223372036854775807 src=2001:db8::1 threatActor=x",
           "CEF:0|V|P|1|i|n|3|cn1=-9223372036854775808 cn1Label=A cfp1=-1.5e-07 cfp1Label=B cfp2=3e+20 cfp2Label=C",
           "CEF:0|V|P|1|i|n|3|c6a2=2001:db8:0:1::1 c6a2Label=Source IPv6 Address c6a3=::102:304 c6a3Label=D",
           "CEF:0|V|P|1|i|n|3|smac=00:aa:BB:cc:dd:ee src=0.0.0.0 dst=255.255.255.255 spt=65535 dpt=0",
           "CEF:0|V|P|1|i|n|3|rt=0 start=1700000000000 end=Jun 15 2025 10:00:00.123 UTC",
           "CEF:0|V|P|1|i|n|3|rt=Jun 15 10:00:00 start=Jun 05 10:00:00.123 end=Jun 05 2025 10:00:00 GMT+02:00",
       })
    EXPECT_TRUE(read_cef(line)) << read_cef(line).error();
}

TEST(CefReader, LengthsCountCharacters) {
  std::string name;
  for (int i = 0; i < 31; ++i) name += "\xe6\x9d\xb1";
  EXPECT_TRUE(read_cef(std::string(kHead) + "app=" + name));
  EXPECT_FALSE(read_cef(std::string(kHead) + "app=" + name + "x"));
}

TEST(CefReader, IsAsWideAsItIsTold) {
  const std::string wide = std::string(kHead) + "in=2147483648 src=::1";
  EXPECT_FALSE(read_cef(wide));
  EXPECT_TRUE(read_cef(wide, {.dictionary = 1}));
  EXPECT_FALSE(read_cef("CEF:23" + wide.substr(5), {.dictionary = 0}));
  const std::string empty = std::string(kHead) + "src= cs1= cs1Label=A msg=";
  EXPECT_FALSE(read_cef(empty));
  EXPECT_TRUE(read_cef(empty, {.empty_values = true}));
}

/// What a key of this type takes out of kSamples.
std::string_view taken_of(CefType type) {
  switch (type) {
    case CefType::string:
      return "0 2147483648 1.5 10.0.0.1 2001:db8::1 00:11:22:33:44:55 ";
    case CefType::integer:
      return "0 ";
    case CefType::long_integer:
      return "0 2147483648 ";
    case CefType::floating:
      return "0 2147483648 1.5 ";
    case CefType::ipv4:
      return "10.0.0.1 ";
    case CefType::ipv6:
      return "2001:db8::1 ";
    case CefType::ip:
      return "10.0.0.1 2001:db8::1 ";
    case CefType::mac:
      return "00:11:22:33:44:55 ";
    case CefType::timestamp:
      return "0 2147483648 ";
  }
  return "";
}

constexpr std::string_view kSamples[] = {"0", "2147483648", "1.5", "10.0.0.1", "2001:db8::1", "00:11:22:33:44:55"};

// Two readings of the standard: a slip in one of them shows.
TEST(CefReader, AgreesWithTheDictionaryOfTheProgram) {
  for (const CefKey& row : cef_keys()) {
    const CefKey& key = *find_cef_key(row.key, row.version);
    SCOPED_TRACE(key.key);
    ASSERT_TRUE(is_dictionary_key(key.key));
    if (!key.producer) {
      EXPECT_EQ(find_fault(key.key, "0", key.version), "key is ArcSight's own");
      continue;
    }
    std::string taken;
    for (const std::string_view sample : kSamples) {
      if (find_fault(key.key, sample, key.version).empty()) taken += std::string(sample) + ' ';
    }
    EXPECT_EQ(taken, taken_of(key.type));
    if (key.type != CefType::string) continue;
    EXPECT_EQ(find_fault(key.key, std::string(key.max_length, 'x'), key.version), "");
    EXPECT_EQ(find_fault(key.key, std::string(key.max_length + 1U, 'x'), key.version), "text is too long");
  }
}

}  // namespace
}  // namespace flowcef::test
