#include "flowcef/decode/log_patterns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace flowcef {
namespace {

using testing::ElementsAre;

constexpr LogClock kClock{1'795'387'202'000'000'000, false};

LogPatternSpec spec(std::string name, std::string match, std::vector<std::pair<std::string, std::string>> types = {}) {
  LogPatternSpec made{{std::move(name), {"p.toml", 1, 8}}, {std::move(match), {"p.toml", 2, 9}}, {}};
  for (auto& [group, type] : types) {
    made.types.push_back({{std::move(group), {"p.toml", 3, 11}}, {std::move(type), {"p.toml", 3, 21}}});
  }
  return made;
}

class LogPatternsTest : public testing::Test {
 protected:
  std::shared_ptr<const LogPatterns> make(const std::vector<LogPatternSpec>& specs) {
    auto made = LogPatterns::make(specs, registry_);
    if (made) return *made;
    for (const ConfigError& error : made.error()) ADD_FAILURE() << error.to_string();
    return nullptr;
  }

  std::vector<std::string> errors_of(const std::vector<LogPatternSpec>& specs) {
    const auto made = LogPatterns::make(specs, registry_);
    std::vector<std::string> texts;
    if (made) return texts;
    for (const ConfigError& error : made.error()) texts.push_back(error.to_string());
    return texts;
  }

  /// Returns: the value in hex, or `-` if the pattern does not take the text.
  std::string value_of(const std::string& type, const std::string& text) {
    const auto patterns = make({spec("p", "(?s)^(?P<own" + type + ">.*)$", {{"own" + type, type}})});
    LogMatch match;
    if (patterns == nullptr || !patterns->match(text, kClock, match)) return "-";
    std::string hex;
    for (const std::uint8_t byte : match.bytes) hex += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
    EXPECT_EQ(match.positions.front().length, match.bytes.size());
    return hex;
  }

  ElementRegistry registry_;
};

TEST_F(LogPatternsTest, FirstOneThatFitsTakesTheLine) {
  const auto patterns =
      make({spec("a", "^a (?P<userName>\\w+)"), spec("b", "(?P<httpRequestMethod>GET|PUT) (?P<userName>\\w+)"),
            spec("c", "(?P<userName>GET)"), spec("d", "^(?P<userName>zz)")});
  LogMatch match;
  EXPECT_EQ(patterns->match("a joe GET x", kClock, match), 0U);
  EXPECT_THAT(match.parts, ElementsAre("joe"));
  EXPECT_EQ(patterns->match("so GET it", kClock, match), 1U);
  EXPECT_THAT(match.parts, ElementsAre("GET", "it"));
  EXPECT_EQ(patterns->match("GET", kClock, match), 2U);
  EXPECT_EQ(patterns->match("nothing", kClock, match), std::nullopt);
  EXPECT_EQ(patterns->match("", kClock, match), std::nullopt);
}

TEST_F(LogPatternsTest, ElementsAreFoundByNameOrMade) {
  const auto patterns =
      make({spec("p", "(?P<sourceIPv4Address>\\S+) (x|y) (?P<octetDeltaCount>\\d+) (?P<ownText>.*)(?P<ownNumber>\\d?)",
                 {{"ownNumber", "unsigned16"}, {"octetDeltaCount", "unsigned64"}})});
  const auto& fields = patterns->fields(0);
  ASSERT_EQ(fields.size(), 4U);
  EXPECT_EQ(fields[0]->id, (ElementId{0, 8}));
  EXPECT_EQ(fields[1]->id, (ElementId{0, 1}));
  EXPECT_EQ(fields[2]->id.pen, kNamedPen);
  EXPECT_EQ(fields[2]->type, DataType::string);
  EXPECT_EQ(fields[3]->type, DataType::unsigned16);
  EXPECT_EQ(registry_.find_by_name("ownNumber"), fields[3]);
  EXPECT_EQ(patterns->name(0), "p");
  EXPECT_EQ(patterns->size(), 1U);
}

/// Of one pattern, and of so many that all of them are looked for at once.
TEST_F(LogPatternsTest, ValueOfAnotherTypeIsLeftToTheNextPattern) {
  std::vector<LogPatternSpec> specs = {spec("v4", "from (?P<sourceIPv4Address>\\S+)"),
                                       spec("v6", "from (?P<sourceIPv6Address>\\S+)"),
                                       spec("name", "from (?P<userName>\\S+)")};
  for (int more = 0; more < 2; ++more) {
    const auto patterns = make(specs);
    LogMatch match;
    EXPECT_EQ(patterns->match("from 192.0.2.1", kClock, match), 0U);
    EXPECT_THAT(match.bytes, ElementsAre(192, 0, 2, 1));
    EXPECT_EQ(patterns->match("from 2001:db8::1", kClock, match), 1U);
    EXPECT_EQ(match.bytes.size(), 16U);
    EXPECT_EQ(patterns->match("from host", kClock, match), more == 0 ? std::optional<std::size_t>(2) : std::nullopt);
    specs.pop_back();
  }
}

TEST_F(LogPatternsTest, EmptyPartHasNoValue) {
  const auto patterns = make({spec("p",
                                   "^(?:(?P<sourceIPv4Address>[\\d.]+)|(?P<sourceIPv6Address>[0-9a-f:]+)) "
                                   "(?P<octetDeltaCount>\\d*),(?P<userName>\\w*)$")});
  LogMatch match;
  ASSERT_TRUE(patterns->match("2001:db8::1 ,joe", kClock, match));
  EXPECT_THAT(match.parts, ElementsAre("", "2001:db8::1", "", "joe"));
  ASSERT_EQ(match.positions.size(), 4U);
  EXPECT_EQ(match.positions[0].length, 0U);
  EXPECT_EQ(match.positions[1].length, 16U);
  EXPECT_EQ(match.positions[2].length, 0U);
  EXPECT_EQ(match.positions[3].offset, 16U);
  EXPECT_EQ(match.positions[3].length, 3U);
}

TEST_F(LogPatternsTest, AnyBytesAreCharacters) {
  const auto patterns = make({spec("p", "^url=(?P<httpRequestTarget>\\S+) end$")});
  LogMatch match;
  for (const std::string& url :
       {std::string("/\xc3\xa9?\xe2\x82\xac"), std::string("/\xff\xfe\x80=\x85|\\"), std::string("/\0\x01\xa0x", 5)}) {
    const std::string line = "url=" + url + " end";
    ASSERT_TRUE(patterns->match(line, kClock, match)) << url;
    EXPECT_EQ(match.parts[0], url);
    EXPECT_EQ(std::string(match.bytes.begin(), match.bytes.end()), url);
  }
}

TEST_F(LogPatternsTest, DotTakesLineBreaksToo) {
  const auto patterns = make({spec("p", "^(?P<userName>\\w+): (?P<ownRest>.*)$")});
  LogMatch match;
  ASSERT_TRUE(patterns->match("joe: one\ntwo", kClock, match));
  EXPECT_EQ(match.parts[1], "one\ntwo");
}

struct Value {
  const char* type;
  const char* text;
  const char* hex;  ///< `-`: no value of that type
};

TEST_F(LogPatternsTest, ValuesAreWhatTheirTypeHas) {
  const Value values[] = {
      {"unsigned8", "255", "ff"},
      {"unsigned8", "256", "-"},
      {"unsigned16", "0443", "01bb"},
      {"unsigned16", "65536", "-"},
      {"unsigned32", "4294967295", "ffffffff"},
      {"unsigned64", "18446744073709551615", "ffffffffffffffff"},
      {"unsigned64", "18446744073709551616", "-"},
      {"unsigned64", "1e3", "-"},
      {"unsigned64", "-1", "-"},
      {"unsigned64", " 1", "-"},
      {"unsigned64", "1,000", "-"},
      {"signed8", "-128", "80"},
      {"signed8", "128", "-"},
      {"signed8", "-129", "-"},
      {"signed16", "+7", "0007"},
      {"signed32", "-2", "fffffffe"},
      {"signed64", "-9223372036854775808", "8000000000000000"},
      {"signed64", "9223372036854775808", "-"},
      {"float64", "1.5", "3ff8000000000000"},
      {"float64", "1e400", "-"},
      {"float64", "nan", "-"},
      {"float64", "inf", "-"},
      {"float32", "-0.5", "bf000000"},
      {"boolean", "TRUE", "01"},
      {"boolean", "yes", "01"},
      {"boolean", "0", "02"},
      {"boolean", "No", "02"},
      {"boolean", "2", "-"},
      {"ipv4Address", "192.0.2.1", "c0000201"},
      {"ipv4Address", "192.0.2", "-"},
      {"ipv4Address", "192.0.2.256", "-"},
      {"ipv4Address", "::ffff:192.0.2.1", "-"},
      {"ipv4Address", "192.0.2.1:80", "-"},
      {"ipv6Address", "2001:db8::1", "20010db8000000000000000000000001"},
      {"ipv6Address", "::ffff:192.0.2.1", "00000000000000000000ffffc0000201"},
      {"ipv6Address", "192.0.2.1", "-"},
      {"ipv6Address", "fe80::1%eth0", "-"},
      {"ipv6Address", "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa", "-"},
      {"macAddress", "00:1b:44:11:3A:b7", "001b44113ab7"},
      {"macAddress", "00-1b-44-11-3a-b7", "001b44113ab7"},
      {"macAddress", "001b.4411.3ab7", "001b44113ab7"},
      {"macAddress", "001b44113ab7", "001b44113ab7"},
      {"macAddress", "00:1b:44:11:3a", "-"},
      {"macAddress", "00:1b:44:11:3a:b7:00", "-"},
      {"macAddress", "0:1b:44:11:3a:b7", "-"},
      {"macAddress", ":001b44113ab7", "-"},
      {"string", "a\xff=b", "61ff3d62"},
      {"octetArray", "00fF", "00ff"},
      {"octetArray", "0x1234", "1234"},
      {"octetArray", "123", "-"},
      {"octetArray", "0x", "-"},
      {"octetArray", "xy", "-"},
      {"dateTimeSeconds", "2026-11-22T22:40:02.9Z", "6b036f42"},
      {"dateTimeSeconds", "2200-01-01T00:00:00Z", "-"},
      {"dateTimeMilliseconds", "1795387202.123", "000001a2056a9a4b"},
      {"dateTimeMilliseconds", "yesterday", "-"},
      {"dateTimeMicroseconds", "2026-11-22T22:40:02.5Z", "eeadedc280000000"},
      {"dateTimeNanoseconds", "22/Nov/2026:22:40:02 +0000", "eeadedc200000000"},
  };
  for (const Value& value : values)
    EXPECT_EQ(value_of(value.type, value.text), value.hex) << value.type << ' ' << value.text;
}

TEST_F(LogPatternsTest, AllErrorsAreTold) {
  std::string groups;
  for (int i = 0; i < 33; ++i) groups += "(?P<own" + std::to_string(i) + ">x)";
  std::string unnamed = "(?P<own>x)";
  for (int i = 0; i < 64; ++i) unnamed += "(x)";
  std::string huge = "(?P<own2>";
  for (int i = 0; i < 100; ++i) huge += "x{1000}";
  huge += ')';
  EXPECT_THAT(
      errors_of({spec("open", "(?P<userName>x"), spec("twice", "(?P<userName>x)(?P<userName>y)"), spec("none", "x(y)"),
                 spec("many", groups), spec("unnamed", unnamed), spec("list", "(?P<basicList>x)"),
                 spec("wide", "(?P<own>x)", {{"own", "unsigned256"}}), spec("own", "(?P<logPattern>x)"),
                 spec("type", "(?P<sourceIPv4Address>x)", {{"sourceIPv4Address", "string"}}),
                 spec("noType", "(?P<own2>x)", {{"own2", "text"}}),
                 spec("noGroup", "(?P<own2>x)", {{"own3", "string"}}), spec("list", "(?P<own2>x)"),
                 spec("huge", huge)}),
      ElementsAre(
          "p.toml:2:9: pattern.open.match: expected a regular expression, got one that RE2 refuses: missing ): "
          "(?P<userName>x (https://github.com/google/re2/wiki/Syntax; in TOML, '...' leaves backslashes alone)",
          "p.toml:2:9: pattern.twice.match: expected each name only once, got userName again",
          "p.toml:2:9: pattern.none.match: expected a group with a name, got none ((?P<userName>\\S+) puts what \\S+ "
          "takes into the element userName)",
          "p.toml:2:9: pattern.many.match: expected at most 32 groups with a name, got 33",
          "p.toml:2:9: pattern.unnamed.match: expected at most 64 groups, got 65 ((?:...) groups without taking)",
          "p.toml:2:9: pattern.list.match: expected a group that is a number, a text, an address or a time, got "
          "basicList, which is basicList",
          "p.toml:2:9: pattern.wide.match: expected a group that is a number, a text, an address or a time, got own, "
          "which is unsigned256",
          "p.toml:2:9: pattern.own.match: expected another name than logPattern for a group (the pattern's name stands "
          "there)",
          "p.toml:3:21: pattern.type.types.sourceIPv4Address: expected ipv4Address, got string (the element tables "
          "know "
          "this name; leave the type out, or call the group otherwise)",
          "p.toml:3:21: pattern.noType.types.own2: expected an IANA data type, got text (such as unsigned32, string, "
          "ipv4Address or dateTimeSeconds)",
          "p.toml:3:11: pattern.noGroup.types.own3: expected the name of a group of match, got one that it does not "
          "have",
          "p.toml:1:8: pattern.list.name: expected a name of its own, got that of another pattern of the same input",
          "p.toml:2:9: pattern.huge.match: expected a regular expression, got one that RE2 refuses: pattern too large "
          "- "
          "compile failed (https://github.com/google/re2/wiki/Syntax; in TOML, '...' leaves backslashes alone)"));
}

TEST_F(LogPatternsTest, InputHasAMostOfPatterns) {
  std::vector<LogPatternSpec> specs;
  for (int i = 0; i < 256; ++i)
    specs.push_back(spec("p" + std::to_string(i), "^a" + std::to_string(i) + " (?P<userName>\\S+)"));
  const auto patterns = make(specs);
  LogMatch match;
  EXPECT_EQ(patterns->match("a255 joe", kClock, match), 255U);
  specs.push_back(spec("more", "(?P<userName>x)"));
  EXPECT_THAT(errors_of(specs),
              ElementsAre("p.toml:1:8: pattern: expected at most 256 patterns for an input, got 257"));
}

/// What would take other engines for ever.
TEST_F(LogPatternsTest, TimeIsLinear) {
  const auto patterns = make({spec("p", "^(?P<userName>(a|aa|a*)*(a?){20}b)c$")});
  LogMatch match;
  EXPECT_EQ(patterns->match(std::string(65'000, 'a'), kClock, match), std::nullopt);
}

}  // namespace
}  // namespace flowcef
