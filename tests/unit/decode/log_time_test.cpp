#include "flowcef/decode/log_time.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "support/time_units.hpp"

namespace flowcef {
namespace {

using test::kSecond;

constexpr std::int64_t kToday = 1'795'387'202 * kSecond;  // 2026-11-22T22:40:02Z
constexpr LogClock kTimeClock{kToday, false};

struct Case {
  const char* text;
  std::int64_t ns;
};

class LogTimes : public testing::TestWithParam<Case> {};

TEST_P(LogTimes, AreRead) {
  EXPECT_EQ(parse_log_time(GetParam().text, kTimeClock), GetParam().ns) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    All, LogTimes,
    testing::Values(
        Case{"2026-11-22T22:40:02Z", kToday}, Case{"2026-11-22t22:40:02z", kToday}, Case{"2026-11-22 22:40:02", kToday},
        Case{"2026-11-22T22:40:02.5Z", kToday + kSecond / 2}, Case{"2026-11-22T22:40:02,123456Z", kToday + 123'456'000},
        Case{"2026-11-22T22:40:02.1234567899Z", kToday + 123'456'789}, Case{"2026-11-22T23:40:02+01:00", kToday},
        Case{"2026-11-22T17:10:02-0530", kToday}, Case{"2026-11-23T00:00:60Z", kToday + 4'858 * kSecond},
        Case{"Nov 22 22:40:02", kToday}, Case{"NOV 22 22:40:02.25", kToday + kSecond / 4},
        Case{"Nov 22 2026 22:40:02", kToday}, Case{"Nov  2 22:40:02", kToday - 20 * 86'400 * kSecond},
        Case{"Nov 2 22:40:02", kToday - 20 * 86'400 * kSecond}, Case{"Nov 02 22:40:02", kToday - 20 * 86'400 * kSecond},
        Case{"Jan  1 00:00:00", 1'798'761'600 * kSecond}, Case{"Nov 22 1999 22:40:02", 943'310'402 * kSecond},
        Case{"22/Nov/2026:22:40:02 +0000", kToday}, Case{"22/Nov/2026:23:40:02 +0100", kToday},
        Case{"22/Nov/2026:22:40:02", kToday}, Case{"1795387202", kToday}, Case{"0", 0},
        Case{"1795387202.25", kToday + kSecond / 4}, Case{"1795387202.0000000009", kToday},
        Case{"1795387202123", kToday + 123'000'000}, Case{"1795387202123456", kToday + 123'456'000},
        Case{"1795387202123456789", kToday + 123'456'789}, Case{"2261-12-31T23:59:59Z", 9'214'646'399 * kSecond}));

class NoLogTimes : public testing::TestWithParam<const char*> {};

TEST_P(NoLogTimes, AreNot) {
  EXPECT_EQ(parse_log_time(GetParam(), kTimeClock), std::nullopt) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    All, NoLogTimes,
    testing::Values("", "x", "2026-11-22", "2026-11-22T22:40", "2026-11-22T22:40:0", "2026-11-22T24:40:02Z",
                    "2026-11-22T22:60:02Z", "2026-11-22T22:40:61Z", "2026-13-22T22:40:02Z", "2026-00-22T22:40:02Z",
                    "2026-02-29T22:40:02Z", "1969-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "1970-01-01T00:00:00+01:00",
                    "2026-11-22T22:40:02+1:00", "2026-11-22T22:40:02+24:00", "2026-11-22T22:40:02Zx", "Nov 22",
                    "Nov 32 22:40:02", "Nov 0 22:40:02", "Now 22 22:40:02", "Feb 30 22:40:02", "Nov 22  22:40:02",
                    "22/Nov/2026:22:40:02 +01", "22/Nov/2026:22:40:02 ", "1795387202.", ".5", "-1", "+1", "1e9",
                    "99999999999999999999", "9999999999999999999", "99999999999", "1795387202.1.2"));

TEST(LogTime, HasTheYearThatIsNearest) {
  constexpr std::int64_t kNewYear = 1'798'761'600 * kSecond;  // 2027-01-01T00:00:00Z
  EXPECT_EQ(parse_log_time("Dec 31 23:59:59", {kNewYear, false}), kNewYear - kSecond);
  EXPECT_EQ(parse_log_time("Jan  1 00:00:01", {kNewYear - kSecond, false}), kNewYear + kSecond);
  EXPECT_EQ(parse_log_time("Feb 29 00:00:00", {1'709'164'800 * kSecond, false}), 1'709'164'800 * kSecond);
  EXPECT_EQ(parse_log_time("Feb 29 00:00:00", {kToday, false}), std::nullopt)
      << "neither 2025 nor 2026 nor 2027 has it";
}

TEST(LogTime, TellsWhereItEnds) {
  const auto iso = read_iso_time("2026-11-22T22:40:02.5Z host", kTimeClock);
  ASSERT_TRUE(iso);
  EXPECT_EQ(iso->length, 22U);
  const auto bsd = read_bsd_time("Nov  2 22:40:02 host", kTimeClock);
  ASSERT_TRUE(bsd);
  EXPECT_EQ(bsd->length, 15U);
}

TEST(LogTime, WithoutZoneIsLocalWhereAsked) {
  const char* const before = std::getenv("TZ");
  const std::string kept = before == nullptr ? "" : before;
  setenv("TZ", "XYZ-2", 1);  // two hours east of Greenwich
  tzset();
  constexpr LogClock kLocal{kToday, true};
  EXPECT_EQ(parse_log_time("Nov 23 00:40:02", kLocal), kToday);
  EXPECT_EQ(parse_log_time("2026-11-23T00:40:02", kLocal), kToday);
  EXPECT_EQ(parse_log_time("2026-11-22T22:40:02Z", kLocal), kToday);
  EXPECT_EQ(parse_log_time("1795387202", kLocal), kToday);
  if (before == nullptr) {
    unsetenv("TZ");
  } else {
    setenv("TZ", kept.c_str(), 1);
  }
  tzset();
}

}  // namespace
}  // namespace flowcef
