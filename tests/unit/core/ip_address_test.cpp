#include "flowcef/core/ip_address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>

#include <set>
#include <string>
#include <vector>

namespace flowcef {
namespace {

struct TextCase {
  std::string_view name;
  std::string_view input;
  std::string_view output;
};

// The shapes of RFC 5952 sections 4 and 5.
constexpr TextCase kAddresses[] = {
    {"Ipv4", "192.0.2.1", "192.0.2.1"},
    {"Ipv4Highest", "255.255.255.255", "255.255.255.255"},
    {"Ipv4Lowest", "0.0.0.0", "0.0.0.0"},
    {"Unspecified", "::", "::"},
    {"Loopback", "0:0:0:0:0:0:0:1", "::1"},
    {"LeadingZerosGo", "2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"},
    {"LowerCase", "2001:DB8::ABCD", "2001:db8::abcd"},
    {"LongestRunIsShortened", "2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
    {"SingleZeroGroupStays", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
    {"RunAtTheEnd", "2001:db8:0:0:0:0:0:0", "2001:db8::"},
    {"RunAtTheStart", "0:0:0:0:1:2:3:4", "::1:2:3:4"},
    {"NoZeros", "1111:2222:3333:4444:5555:6666:7777:8888", "1111:2222:3333:4444:5555:6666:7777:8888"},
    {"MappedIsIpv4", "::ffff:192.0.2.1", "192.0.2.1"},
    {"CompatibleIsNotIpv4", "::192.0.2.1", "::c000:201"},
    {"Nat64IsNotIpv4", "64:ff9b::192.0.2.1", "64:ff9b::c000:201"},
};

class IpAddressText : public testing::TestWithParam<TextCase> {};

TEST_P(IpAddressText, IsCanonical) {
  const auto address = IpAddress::parse(GetParam().input);
  ASSERT_TRUE(address);
  EXPECT_EQ(address->to_string(), GetParam().output);
  EXPECT_EQ(IpAddress::parse(address->to_string()), address);
  EXPECT_EQ(address->is_v4(), GetParam().output.find(':') == std::string_view::npos);
}

INSTANTIATE_TEST_SUITE_P(Rfc5952, IpAddressText, testing::ValuesIn(kAddresses),
                         [](const auto& row) { return std::string(row.param.name); });

// inet_ntop follows RFC 5952 as well, but for two forms that hold an IPv4 address.
TEST(IpAddress, EveryPatternOfZeroGroupsIsAsTheLibraryHasIt) {
  for (unsigned mask = 0; mask < 256; ++mask) {
    std::array<std::uint8_t, 16> bytes{};
    for (unsigned i = 0; i < 8; ++i) {
      if ((mask >> i & 1U) == 0) bytes[2 * i + i % 2] = static_cast<std::uint8_t>(0x1a + i);
    }
    char text[INET6_ADDRSTRLEN];
    ASSERT_NE(inet_ntop(AF_INET6, bytes.data(), text, sizeof text), nullptr);
    if (std::string_view(text).find('.') != std::string_view::npos) continue;
    EXPECT_EQ(IpAddress::from_ipv6(bytes.data()).to_string(), text) << mask;
  }
}

TEST(IpAddress, RefusesWhatIsNoWholeAddress) {
  using namespace std::string_view_literals;
  for (const auto text :
       {""sv, "192.0.2"sv, "192.0.2.256"sv, "192.0.2.01"sv, " 192.0.2.1"sv, "192.0.2.1 "sv, "192.0.2.1\0x"sv, "[::1]"sv,
        "fe80::1%eth0"sv, ":::"sv, "1:2:3:4:5:6:7"sv, "1:2:3:4:5:6:7:8:9"sv, "example.com"sv}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(IpAddress, IsTheSameFromEitherFamily) {
  const std::uint8_t four[] = {192, 0, 2, 1};
  const std::uint8_t sixteen[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};
  const auto address = IpAddress::from_ipv4(four);
  EXPECT_EQ(address, IpAddress::from_ipv6(sixteen));
  EXPECT_EQ(std::vector(address.ipv4_bytes(), address.ipv4_bytes() + 4), std::vector(four, four + 4));
  EXPECT_EQ(IpAddress::parse("192.0.2.1"), address);
}

TEST(IpAddress, LongestTextsFit) {
  EXPECT_EQ(IpAddress::parse("255.255.255.255")->to_string().size() + 1, kMaxIpv4Text);
  EXPECT_LE(IpAddress::parse("1111:2222:3333:4444:5555:6666:7777:8888")->to_string().size() + 1, kMaxIpv6Text);
}

TEST(Endpoint, ReadsBackWhatItWrites) {
  for (const std::string_view text : {"192.0.2.1:2055", "0.0.0.0:0", "[::]:65535", "[2001:db8::1]:4739"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->to_string(), text);
  }
}

TEST(Endpoint, FoldsMappedAddresses) {
  EXPECT_EQ(Endpoint::parse("[::ffff:192.0.2.1]:2055")->to_string(), "192.0.2.1:2055");
}

TEST(Endpoint, RefusesOtherForms) {
  for (const std::string_view text : {"", ":2055", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1",
                                      "192.0.2.1:+1", "192.0.2.1: 1", "192.0.2.1:1x", "::1:2055", "[::1]", "[::1]2055",
                                      "[::1:2055", "[192.0.2.1]:2055", "[]:2055", "localhost:2055"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

TEST(Endpoint, OrdersByAddressThenPort) {
  const std::set<Endpoint> ordered = {*Endpoint::parse("192.0.2.2:1"), *Endpoint::parse("192.0.2.1:2"),
                                      *Endpoint::parse("192.0.2.1:1"), *Endpoint::parse("192.0.2.1:1")};
  EXPECT_EQ(ordered.size(), 3U);
  EXPECT_EQ(ordered.begin()->to_string(), "192.0.2.1:1");
}

}  // namespace
}  // namespace flowcef
