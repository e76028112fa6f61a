#include <gmock/gmock.h>

#include <sstream>
#include <string>
#include <vector>

#include "flowcef/app/listings.hpp"
#include "flowcef/map/value_table.hpp"
#include "support/render_fixture.hpp"

namespace flowcef::test {
namespace {

struct Listing {
  bool found;
  std::vector<std::string> lines;  ///< blanks in a row as one
  std::string errors;
};

std::string with_single_blanks(const std::string& line) {
  std::istringstream words(line);
  std::string text;
  for (std::string word; words >> word;) text += (text.empty() ? "" : " ") + word;
  return text;
}

class Tables : public testing::Test {
 protected:
  void SetUp() override {
    std::string toml(kPlainHead);
    toml += R"([keys]
proto = { from = "protocolIdentifier", table = "protocol" }
deviceInboundInterface = { from = "ingressInterface", table = "uplinks" }
XFlags = { from = "tcpControlBits", text = "tcp_flags" }
XIcmp = "@icmp_type_name"
[tables.uplinks]
436207616 = "ISP = 2"
1 = "inside"
[tables.protocol]
253 = "Experiment"
)";
    auto made = translation_of(toml);
    ASSERT_TRUE(made) << made.error().front().to_string();
    translation_ = *std::move(made);
  }

  [[nodiscard]] Listing tables(std::string_view name) const {
    std::ostringstream out;
    std::ostringstream err;
    Listing listing{list_tables(out, err, *translation_, name), {}, {}};
    listing.errors = err.str();
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) listing.lines.push_back(with_single_blanks(line));
    return listing;
  }

  std::unique_ptr<const Translation> translation_;
};

TEST_F(Tables, EachWithItsRowsAndTheKeysThatUseIt) {
  const Listing listing = tables("");
  EXPECT_TRUE(listing.found);
  EXPECT_EQ(listing.lines.size(), value_tables().size() + 2);
  EXPECT_EQ(listing.lines.front(), "NAME ROWS FROM KEYS");
  const auto rows = [](const char* table) { return std::to_string(find_value_table(table)->rows().size()); };
  EXPECT_THAT(listing.lines, testing::Contains("uplinks 2 mapping deviceInboundInterface"));
  EXPECT_THAT(listing.lines, testing::Contains("tcp_flags " + rows("tcp_flags") + " built-in XFlagsText"));
  EXPECT_THAT(listing.lines, testing::Contains("icmpv6_type " + rows("icmpv6_type") + " built-in XIcmp"));
  EXPECT_THAT(listing.lines, testing::Contains("dns_type " + rows("dns_type") + " built-in"));
  EXPECT_THAT(listing.lines, testing::Contains(testing::MatchesRegex("protocol [0-9]+ built-in, mapping proto")));
}

TEST_F(Tables, RowsByNumberAsALineShowsThem) {
  EXPECT_THAT(tables("uplinks").lines, testing::ElementsAre("1 inside", R"(436207616 ISP \= 2)"));
  EXPECT_THAT(tables("protocol").lines,
              testing::AllOf(testing::Contains("6 TCP"), testing::Contains("253 Experiment")));
  EXPECT_EQ(tables("dns_type").lines.back(), "others TYPE<number>");
  EXPECT_THAT(tables("tls_version").lines, testing::Contains("771 TLSv1.2"));
}

// Bits stand in the order in which a line names them.
TEST_F(Tables, RowsOfBits) {
  EXPECT_THAT(tables("tcp_flags").lines, testing::Contains("2 SYN"));
  EXPECT_EQ(tables("tcp_flags").lines.front(), "2 SYN");
}

TEST_F(Tables, UnknownNamesTheNearest) {
  const Listing listing = tables("uplink");
  EXPECT_FALSE(listing.found);
  EXPECT_TRUE(listing.lines.empty());
  EXPECT_EQ(listing.errors, "no value table \"uplink\"; did you mean uplinks?\n");
  EXPECT_EQ(tables("zzzzqqqq").errors, "no value table \"zzzzqqqq\"; `flowcef tables` lists those there are\n");
}

}  // namespace
}  // namespace flowcef::test
