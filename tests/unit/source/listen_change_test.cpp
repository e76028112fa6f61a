#include "flowcef/source/listen_change.hpp"

#include <gtest/gtest.h>

#include <string>

namespace flowcef::test {
namespace {

struct Case {
  const char* name;
  std::vector<std::string> before;
  std::vector<std::string> after;
  std::vector<std::string> added;
  std::vector<std::string> removed;
};

void PrintTo(const Case& tested, std::ostream* out) {
  *out << tested.name;
}

std::vector<Endpoint> endpoints(const std::vector<std::string>& texts) {
  std::vector<Endpoint> all;
  for (const std::string& text : texts) all.push_back(Endpoint::parse(text).value());
  return all;
}

class ListenChanges : public testing::TestWithParam<Case> {};

// PX-15
TEST_P(ListenChanges, NameWhatToOpenAndWhatToClose) {
  const Case& tested = GetParam();
  const ListenChange change = listen_change(endpoints(tested.before), endpoints(tested.after));
  EXPECT_EQ(change.added, endpoints(tested.added));
  EXPECT_EQ(change.removed, endpoints(tested.removed));
}

INSTANTIATE_TEST_SUITE_P(
    Lists, ListenChanges,
    testing::Values(Case{"same", {"10.0.0.1:1", "[::]:2"}, {"10.0.0.1:1", "[::]:2"}, {}, {}},
                    Case{"otherOrder", {"10.0.0.1:1", "[::]:2"}, {"[::]:2", "10.0.0.1:1"}, {}, {}},
                    Case{"portAndAddress",
                         {"10.0.0.1:1", "10.0.0.1:2"},
                         {"10.0.0.1:3", "10.0.0.1:1", "10.0.0.2:2"},
                         {"10.0.0.1:3", "10.0.0.2:2"},
                         {"10.0.0.1:2"}},
                    Case{"family", {"0.0.0.0:1"}, {"[::]:1"}, {"[::]:1"}, {"0.0.0.0:1"}},
                    Case{"anyPortTwiceThenOnce", {"10.0.0.1:0", "10.0.0.1:0"}, {"10.0.0.1:0"}, {}, {"10.0.0.1:0"}},
                    Case{"anyPortOnceThenTwice", {"10.0.0.1:0"}, {"10.0.0.1:0", "10.0.0.1:0"}, {"10.0.0.1:0"}, {}}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(SharedPort, IsOneOfTheSameFamilyAndNotAnyPort) {
  const auto share = [](const char* one, const char* other) {
    return share_port(Endpoint::parse(one).value(), Endpoint::parse(other).value());
  };
  EXPECT_TRUE(share("0.0.0.0:1", "10.0.0.1:1"));
  EXPECT_FALSE(share("0.0.0.0:1", "10.0.0.1:2"));
  EXPECT_FALSE(share("0.0.0.0:1", "[::]:1"));
  EXPECT_FALSE(share("10.0.0.1:0", "10.0.0.1:0"));
}

}  // namespace
}  // namespace flowcef::test
