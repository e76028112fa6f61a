#include "flowcef/source/admission.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/time_units.hpp"

namespace flowcef::test {
namespace {

using Verdict = Admission::Verdict;

constexpr std::int64_t kNow = 1'750'000'000 * kSecond;

IpAddress address(const std::string& text) {
  return IpAddress::parse(text).value();
}

/// Returns: another address for every number.
IpAddress forged(std::uint32_t number) {
  const std::uint8_t bytes[] = {10, static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
                                static_cast<std::uint8_t>(number)};
  return IpAddress::from_ipv4(bytes);
}

/// Returns: how many of `count` datagrams at one moment are taken.
std::size_t admitted(Admission& admission, const IpAddress& from, std::size_t count, std::int64_t now_ns) {
  std::size_t taken = 0;
  for (std::size_t i = 0; i < count; ++i) taken += admission.admit(from, now_ns) == Verdict::admitted ? 1U : 0U;
  return taken;
}

// PX-16
TEST(Admission, TakesAllUnlessToldOtherwise) {
  Admission admission({}, 0);
  EXPECT_EQ(admitted(admission, address("192.0.2.1"), 100'000, kNow), 100'000U);
}

// PX-16
TEST(Admission, TakesListedPrefixesOnly) {
  Admission admission({*IpPrefix::parse("192.0.2.0/24"), *IpPrefix::parse("2001:db8::/32")}, 0);
  const std::vector<std::pair<const char*, Verdict>> cases{
      {"::", Verdict::not_allowed},          {"192.0.2.7", Verdict::admitted},
      {"192.0.2.7", Verdict::admitted},      {"192.0.3.7", Verdict::not_allowed},
      {"192.0.3.7", Verdict::not_allowed},   {"2001:db8:1::1", Verdict::admitted},
      {"2001:db9::1", Verdict::not_allowed}, {"::ffff:192.0.2.9", Verdict::admitted}};
  for (const auto& [from, verdict] : cases) EXPECT_EQ(admission.admit(address(from), kNow), verdict) << from;
}

class Rate : public testing::TestWithParam<std::size_t> {};

// PX-16
TEST_P(Rate, ABurstOfOneSecondThenTheRate) {
  const std::size_t rate = GetParam();
  Admission admission({}, rate);
  const IpAddress from = address("192.0.2.1");
  EXPECT_EQ(admitted(admission, from, 2 * rate + 5, kNow), rate);
  EXPECT_EQ(admitted(admission, from, 2 * rate + 5, kNow + kSecond / 2), rate / 2);
  EXPECT_EQ(admitted(admission, from, 2 * rate + 5, kNow + kSecond / 2 + 10 * kSecond), rate) << "no more is saved up";
  EXPECT_EQ(admitted(admission, address("192.0.2.2"), rate, kNow), rate) << "each address has its own";
}

INSTANTIATE_TEST_SUITE_P(PerSecond, Rate, testing::Values(1, 2, 3, 7, 1000, 20'000), testing::PrintToStringParamName());

TEST(Admission, SteadySenderAtItsRateIsNeverRefused) {
  Admission admission({}, 100);
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(admission.admit(address("192.0.2.1"), kNow + i * (kSecond / 100)), Verdict::admitted) << i;
  }
}

// PX-16
TEST(Admission, FloodOfAddressesDoesNotGiveAHeavyOneNewTokens) {
  Admission admission({}, 1000);
  const IpAddress heavy = address("192.0.2.1");
  EXPECT_EQ(admitted(admission, heavy, 1000, kNow), 1000U);
  std::size_t more = 0;
  for (std::uint32_t i = 0; i < 4 * Admission::kMaxAddresses; ++i) {
    EXPECT_EQ(admission.admit(forged(i), kNow), Verdict::admitted);
    if (i % 64 == 0) more += admitted(admission, heavy, 1, kNow);
  }
  EXPECT_EQ(more, 0U);
}

TEST(Admission, ClockSetBackCostsASecondAtMost) {
  Admission admission({}, 10);
  const IpAddress from = address("192.0.2.1");
  EXPECT_EQ(admitted(admission, from, 10, kNow), 10U);
  const std::int64_t earlier = kNow - 3600 * kSecond;
  EXPECT_EQ(admitted(admission, from, 1, earlier), 0U);
  EXPECT_EQ(admitted(admission, from, 20, earlier + kSecond), 10U);
}

}  // namespace
}  // namespace flowcef::test
