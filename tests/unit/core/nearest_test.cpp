#include "flowcef/core/nearest.hpp"

#include <gtest/gtest.h>

#include <string>

namespace flowcef {
namespace {

TEST(EditDistance, CountsSlips) {
  struct Case {
    std::string_view a, b;
    std::size_t distance;
  };
  for (const auto& [a, b, distance] :
       {Case{"", "", 0}, Case{"", "abc", 3}, Case{"abc", "abc", 0}, Case{"abc", "ABC", 0}, Case{"listen", "lisen", 1},
        Case{"to", "ot", 1}, Case{"header", "haeder", 1}, Case{"kitten", "sitting", 3}}) {
    EXPECT_EQ(edit_distance(a, b), distance) << a << ' ' << b;
    EXPECT_EQ(edit_distance(b, a), distance) << b << ' ' << a;
  }
}

std::string nearest(std::string_view wanted, std::initializer_list<std::string_view> candidates) {
  NearestWord word(wanted);
  for (const auto candidate : candidates) word.offer(candidate);
  return std::string(word.result().value_or("nothing"));
}

TEST(NearestWord, TakesTheNearestAndTheFirstOfEquals) {
  EXPECT_EQ(nearest("lsiten", {"type", "listen", "receive_buffer"}), "listen");
  EXPECT_EQ(nearest("backof_min", {"backoff_max", "backoff_min"}), "backoff_min");
  EXPECT_EQ(nearest("nane", {"name", "mane"}), "name");
}

TEST(NearestWord, HasNoneWhereNothingIsNear) {
  EXPECT_EQ(nearest("frobnicate", {"to", "name", "header"}), "nothing");
  EXPECT_EQ(nearest("name", {}), "nothing");
  EXPECT_EQ(nearest("", {"to", "name"}), "nothing");
}

TEST(NearestWord, WantsSomethingLeftOfAShortWord) {
  EXPECT_EQ(nearest("x", {"to", "ca"}), "nothing");
  EXPECT_EQ(nearest("xy", {"to", "ca"}), "nothing");
  EXPECT_EQ(nearest("ot", {"ca", "to"}), "to");
  EXPECT_EQ(nearest("tpc", {"udp", "tcp", "tls"}), "tcp");
}

}  // namespace
}  // namespace flowcef
