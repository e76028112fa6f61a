#include <gmock/gmock.h>

#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

using testing::HasSubstr;

/// The shipped layout, without any element table.
class LayoutLines : public RenderFixture {
 protected:
  /// Three datagrams teach the length of a record.
  std::string line_of_third(const Packeteer2Header& header) {
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(lines(packeteer2({}, 1)).empty());
    const auto made = lines(packeteer2(header, header.count));
    EXPECT_EQ(made.size(), 2U + header.count);
    return made.empty() ? "" : made.back();
  }
};

constexpr std::string_view kEvents =
    "[[event]]\nwhen = { format = [\"packeteer2\", \"ipfix\"] }\nsignature = \"fdr\"\nname = \"FDR\"\nseverity = 2\n";

TEST_F(LayoutLines, AMappingKnowsThemByTheLayoutsName) {
  use_mapping(std::string(kEvents) + std::string(kPlainHead));
  const auto netflow5 = lines(netflow5_header({}).append(netflow5_record({}).bytes()).bytes());
  ASSERT_EQ(netflow5.size(), 1U);
  EXPECT_THAT(netflow5[0], HasSubstr("|s|n|3|"));
  EXPECT_THAT(line_of_third({}), HasSubstr("|fdr|FDR|2|"));
}

TEST_F(LayoutLines, AllOtherFormatsAreNot) {
  use_mapping("[[event]]\nwhen = { not = { format = \"packeteer2\" } }\ndrop = true\n" + std::string(kPlainHead));
  EXPECT_TRUE(lines(netflow5_header({}).append(netflow5_record({}).bytes()).bytes()).empty());
  EXPECT_THAT(line_of_third({}), HasSubstr("|s|n|3|"));
}

// FD-31: what the header says.
TEST_F(LayoutLines, ShowTheHeader) {
  use_keys(
      "XV = \"@version\"\nXC = \"@header_count\"\nXL = \"@header_length\"\nXN = \"@unix_nanoseconds\"\n"
      "XU = \"@uptime\"\nXS = \"@sequence\"\nXT = \"@unix_seconds\"");
  EXPECT_THAT(line_of_third({.count = 3, .nanoseconds = 500'000'001, .total_flows = 4'294'967'295}),
              HasSubstr("XV=2 XC=3 XL=220 XN=500000001 XU=1000000 XS=4294967295 XT=1700000000"));
}

// FD-21, FD-22, FD-23, FD-28: times of any age in one datagram, by the unit's uptime; the uptime may have wrapped.
TEST_F(LayoutLines, TimesComeFromTheUptime) {
  use_keys("start = \"@start\"\nend = \"@end\"");
  struct Case {
    std::uint32_t uptime, first, last;
    const char* expected;
  };
  const Case cases[] = {
      {1'000'000, 999'970, 999'990, "start=1699999999970 end=1699999999990"},      // DNS, at once
      {9'000'000, 5'370'000, 5'400'000, "start=1699996370000 end=1699996400000"},  // an hour late
      {864'000'000, 1'000, 863'999'000, "start=1699136001000 end=1699999999000"},  // ten days
      {5'000, 4'294'966'296, 2'000, "start=1699999994000 end=1699999997000"},      // across the wrap
  };
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(lines(packeteer2({}, 1)).empty());
  EXPECT_EQ(lines(packeteer2({}, 1)).size(), 3U);
  for (const Case& one : cases) {
    const auto made = lines(packeteer2({.uptime = one.uptime}, 1, 64, {.first = one.first, .last = one.last}));
    ASSERT_EQ(made.size(), 1U);
    EXPECT_THAT(made[0], HasSubstr(one.expected));
  }
}

// BC-05, BC-06, FD-04: the class as a number; what is not named in hex.
TEST_F(LayoutLines, FieldsOfTheLayoutAreValues) {
  use_keys("cn1 = { from = \"packeteerClassId\", label = \"Class\" }\nXPolicy = \"packeteerPolicy\"");
  const std::string line = line_of_third({});
  EXPECT_THAT(line, HasSubstr("cn1=4711"));
  EXPECT_THAT(line, HasSubstr("XPolicy=1"));
  EXPECT_THAT(line, HasSubstr("XPacketeerRest=0102030405060708090a0b0c0d0e0f10111213141516171819"));
}

}  // namespace
}  // namespace flowcef::test
