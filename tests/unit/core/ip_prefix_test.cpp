#include "flowcef/core/ip_prefix.hpp"

#include <gtest/gtest.h>

namespace flowcef::test {
namespace {

bool holds(std::string_view prefix, std::string_view address) {
  return IpPrefix::parse(prefix)->contains(*IpAddress::parse(address));
}

TEST(IpPrefix, HoldsWhatBeginsAlike) {
  EXPECT_TRUE(holds("192.0.2.0/24", "192.0.2.255"));
  EXPECT_FALSE(holds("192.0.2.0/24", "192.0.3.0"));
  EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.200"));
  EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.1"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(holds("2001:db8::/32", "2001:db8:ffff::1"));
  EXPECT_FALSE(holds("2001:db8::/32", "2001:db9::"));
  EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
  EXPECT_TRUE(holds("::/0", "192.0.2.7")) << "of every family";
  EXPECT_TRUE(IpPrefix().contains(*IpAddress::parse("2001:db8::1")));
}

TEST(IpPrefix, RefusesWhatIsNone) {
  for (const char* text : {"", "192.0.2.0/33", "192.0.2.0/", "192.0.2.1/24", "2001:db8::1/32", "192.0.2/24", "x/8",
                           "192.0.2.0/-1", "192.0.2.0/8x"}) {
    EXPECT_FALSE(IpPrefix::parse(text)) << text;
  }
}

TEST(IpPrefix, WritesWhatItRead) {
  for (const char* text : {"192.0.2.0/24", "2001:db8::/32", "0.0.0.0/0", "10.1.2.3/32", "::/0"}) {
    EXPECT_EQ(IpPrefix::parse(text)->to_string(), text);
  }
}

}  // namespace
}  // namespace flowcef::test
