#include <gmock/gmock.h>

#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "flowcef/app/listings.hpp"
#include "support/capture_lines.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

struct Listing {
  bool found;
  std::vector<std::string> lines;  ///< blanks in a row as one, without the first line
  std::string errors;
};

std::string with_single_blanks(const std::string& line) {
  std::istringstream words(line);
  std::string text;
  for (std::string word; words >> word;) text += (text.empty() ? "" : " ") + word;
  return text;
}

Listing elements(const Translation& translation, std::string_view pattern) {
  std::ostringstream out;
  std::ostringstream err;
  Listing listing{list_elements(out, err, translation, pattern), {}, {}};
  listing.errors = err.str();
  std::istringstream lines(out.str());
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) listing.lines.push_back(with_single_blanks(line));
  return listing;
}

struct Case {
  const char* name;
  std::string pattern;
  std::vector<std::string> lines;
};

void PrintTo(const Case& row, std::ostream* out) {
  *out << row.pattern;
}

class ElementPatterns : public testing::TestWithParam<Case> {};

TEST_P(ElementPatterns, FindWithTheKeysOfTheMapping) {
  const Listing listing = elements(shipped_translation(), GetParam().pattern);
  EXPECT_TRUE(listing.found) << listing.errors;
  for (const std::string& line : GetParam().lines) EXPECT_THAT(listing.lines, testing::Contains(line));
}

// SK-15: IANA's elements by name and type, vendors' out of tables.
INSTANTIATE_TEST_SUITE_P(
    Cases, ElementPatterns,
    testing::Values(
        Case{"Name", "octetDeltaCount", {"1 octetDeltaCount unsigned64 IANA in, FlowcefBridgeOctetDeltaCount"}},
        Case{"PartInCapitals", "SOURCEIPV4", {"8 sourceIPv4Address ipv4Address IANA src"}},
        Case{"Number", "7", {"7 sourceTransportPort unsigned16 IANA spt"}},
        Case{"NumberOfNetflow9Too", "65", {"v9:65 FLOW_FLAGS unsigned16 netflow9 FlowcefBridgeFlowFlags"}},
        Case{"Enterprise", "juniper", {"2636:137 juniperCPIDType unsigned16 juniper FlowcefBridgeJuniperCPIDType"}},
        Case{"EnterpriseByNumber",
             "2636:",
             {"2636:137 juniperCPIDType unsigned16 juniper FlowcefBridgeJuniperCPIDType"}},
        Case{"NumberInAnEnterprise",
             "2636:137",
             {"2636:137 juniperCPIDType unsigned16 juniper FlowcefBridgeJuniperCPIDType"}},
        Case{"Key", "dpt", {"11 destinationTransportPort unsigned16 IANA dpt"}},
        Case{"Unit",
             "flowDurationMilliseconds",
             {"161 flowDurationMilliseconds unsigned32 milliseconds IANA FlowcefBridgeFlowDurationMilliseconds"}},
        Case{"WorkedOutOfSeveral",
             "152",
             {"152 flowStartMilliseconds dateTimeMilliseconds IANA start or FlowcefBridgeFlowStartMilliseconds"}},
        Case{"ReverseDirection",
             "29305:1",
             {"29305:1 reverseOctetDeltaCount unsigned64 IANA, reverse out, FlowcefBridgeReverseOctetDeltaCount"}},
        Case{"List", "basicList", {"291 basicList basicList IANA FlowcefBridgeBasicList"}}),
    [](const auto& row) { return row.param.name; });

TEST(Elements, OneLineForEachInOrder) {
  const Listing listing = elements(shipped_translation(), "");
  EXPECT_EQ(listing.lines.size(), shipped_translation().registry.elements().size());
  EXPECT_GT(listing.lines.size(), 3000U);
  EXPECT_EQ(listing.lines.front(), "1 octetDeltaCount unsigned64 IANA in, FlowcefBridgeOctetDeltaCount");
}

TEST(Elements, ANumberIsOneElement) {
  EXPECT_EQ(elements(shipped_translation(), "2636:137").lines.size(), 1U);
  EXPECT_EQ(elements(shipped_translation(), "7").lines.size(), 1U);
}

TEST(Elements, WhatTheMappingDoesWithThem) {
  const auto translation = translation_of(std::string("unmapped = \"drop\"\n") + std::string(kPlainHead) +
                                          "[keys]\nXName = { from = \"applicationName\", max_length = 9 }\n"
                                          "cn1 = { from = \"minimumTTL\", label = \"TTL\", omit = \"zero\" }\n");
  ASSERT_TRUE(translation);
  EXPECT_THAT(elements(**translation, "54").lines,
              testing::ElementsAre("54 fragmentIdentification unsigned32 IANA (left out)"));
  EXPECT_THAT(elements(**translation, "52").lines, testing::ElementsAre("52 minimumTTL unsigned8 IANA cn1"));
  EXPECT_THAT(elements(**translation, "96").lines, testing::ElementsAre("96 applicationName string IANA XName"));
}

TEST(Elements, WhatSteppedInIsNamed) {
  const auto translation = translation_of(std::string(kPlainHead) + "[keys]\nout = \"responderOctets\"\n");
  ASSERT_TRUE(translation);
  EXPECT_THAT(elements(**translation, "responderOctets").lines,
              testing::Contains("232 responderOctets unsigned64 IANA out or XResponderOctets"));
}

TEST(Elements, NoneFoundNamesTheNearest) {
  const Listing listing = elements(shipped_translation(), "octetDletaCount");
  EXPECT_FALSE(listing.found);
  EXPECT_TRUE(listing.lines.empty());
  EXPECT_THAT(listing.errors,
              testing::StartsWith("no element, enterprise or key \"octetDletaCount\"; did you mean octetDeltaCount"));
  EXPECT_EQ(elements(shipped_translation(), "zzzzqqqqzzzz").errors,
            "no element, enterprise or key \"zzzzqqqqzzzz\"; `flowcef elements` lists all that are known\n");
}

}  // namespace
}  // namespace flowcef::test
