// Times as texts, in UTC and in a zone of the machine, and out of the texts of certificates.
#include "time_text.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

#include "machine_zone.hpp"

namespace flowcef::test {
namespace {

constexpr std::int64_t kTime = 1'795'311'984'123;  // 2026-11-22T01:46:24.123Z

std::string text_of(std::int64_t ms, TimeForm form, LocalZone* zone = nullptr) {
  char text[kMaxTimeText + 8];
  char* const end = write_time_text(text, ms, form, zone);
  return {text, end};
}

struct TimeFormCase {
  const char* name;
  TimeForm form;
  const char* utc;
  const char* berlin;
};

void PrintTo(const TimeFormCase& row, std::ostream* out) {
  *out << row.name;
}

class TimeForms : public testing::TestWithParam<TimeFormCase> {};

TEST_P(TimeForms, InUtcAndInTheZoneOfTheMachine) {
  const MachineZone berlin(kBerlin);
  LocalZone zone;
  EXPECT_EQ(text_of(kTime, GetParam().form), GetParam().utc);
  EXPECT_EQ(text_of(kTime, GetParam().form, &zone), GetParam().berlin);
}

INSTANTIATE_TEST_SUITE_P(
    All, TimeForms,
    testing::Values(
        TimeFormCase{"EpochMs", TimeForm::epoch_ms, "1795311984123", "1795311984123"},
        TimeFormCase{"EpochS", TimeForm::epoch_s, "1795311984", "1795311984"},
        TimeFormCase{"Iso8601", TimeForm::iso8601, "2026-11-22T01:46:24.123Z", "2026-11-22T02:46:24.123+01:00"},
        TimeFormCase{"Text", TimeForm::text, "Nov 22 01:46:24", "Nov 22 02:46:24"},
        TimeFormCase{"TextMs", TimeForm::text_ms, "Nov 22 01:46:24.123", "Nov 22 02:46:24.123"},
        TimeFormCase{"TextZone", TimeForm::text_zone, "Nov 22 01:46:24 UTC", "Nov 22 02:46:24 CET"},
        TimeFormCase{"TextMsZone", TimeForm::text_ms_zone, "Nov 22 01:46:24.123 UTC", "Nov 22 02:46:24.123 CET"},
        TimeFormCase{"TextYear", TimeForm::text_year, "Nov 22 2026 01:46:24", "Nov 22 2026 02:46:24"},
        TimeFormCase{"TextYearMs", TimeForm::text_year_ms, "Nov 22 2026 01:46:24.123", "Nov 22 2026 02:46:24.123"},
        TimeFormCase{"TextYearZone", TimeForm::text_year_zone, "Nov 22 2026 01:46:24 UTC", "Nov 22 2026 02:46:24 CET"},
        TimeFormCase{"TextYearMsZone", TimeForm::text_year_ms_zone, "Nov 22 2026 01:46:24.123 UTC",
                     "Nov 22 2026 02:46:24.123 CET"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(TimeText, EveryMonthAndTwoDigitsForTheDay) {
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm first{};
  first.tm_year = 124;
  first.tm_mday = 5;
  for (int month = 0; month < 12; ++month) {
    first.tm_mon = month;
    const std::int64_t ms = std::int64_t{timegm(&first)} * 1000;
    EXPECT_EQ(text_of(ms, TimeForm::text_year), std::string(kMonths[month]) + " 05 2024 00:00:00");
  }
}

TEST(TimeText, IsThatOfTheSystemOnAnyDay) {
  for (std::int64_t second = 1; second < 253'402'300'800; second += 86'400 * 37 + 12'345) {
    const std::time_t when = second;
    std::tm parts{};
    char expected[32];
    const std::size_t size = std::strftime(expected, sizeof expected, "%b %d %Y %H:%M:%S", gmtime_r(&when, &parts));
    ASSERT_EQ(text_of(second * 1000, TimeForm::text_year), std::string(expected, size));
  }
}

TEST(TimeText, NothingAfterTheYear9999) {
  EXPECT_EQ(text_of(253'402'300'799'999, TimeForm::iso8601), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(text_of(253'402'300'800'000, TimeForm::iso8601), "");
  EXPECT_EQ(text_of(INT64_MAX, TimeForm::text), "");
  const MachineZone berlin(kBerlin);
  LocalZone zone;
  EXPECT_EQ(text_of(253'402'300'799'999, TimeForm::iso8601, &zone), "") << "it is the year 10000 in Berlin";
}

TEST(TimeText, TheZoneFollowsTheSeasons) {
  const MachineZone berlin(kBerlin);
  LocalZone zone;
  EXPECT_EQ(text_of(1'774'745'999'000, TimeForm::text_zone, &zone), "Mar 29 01:59:59 CET");
  EXPECT_EQ(text_of(1'774'746'000'000, TimeForm::text_zone, &zone), "Mar 29 03:00:00 CEST");
  EXPECT_EQ(text_of(1'774'746'000'000, TimeForm::iso8601, &zone), "2026-03-29T03:00:00.000+02:00");
}

TEST(TimeText, ZonesWithoutAName) {
  const MachineZone brasilia("<-03>3");
  LocalZone zone;
  EXPECT_EQ(text_of(1'774'746'000'000, TimeForm::text_zone, &zone), "Mar 28 22:00:00 GMT-03:00");
  const MachineZone kathmandu("<+0545>-5:45");
  LocalZone other;
  EXPECT_EQ(text_of(1'774'746'000'000, TimeForm::text_zone, &other), "Mar 29 06:45:00 GMT+05:45");
}

// Quarters that share an entry of the cache take turns.
TEST(TimeText, KeptOffsetsAreThoseOfTheirTime) {
  const MachineZone berlin(kBerlin);
  LocalZone zone;
  for (int round = 0; round < 3; ++round) {
    for (std::int64_t second = 1'774'000'000; second < 1'776'000'000; second += 8 * 900) {
      const std::time_t when = second;
      std::tm local{};
      localtime_r(&when, &local);
      ASSERT_EQ(zone.offset_at(second).seconds, local.tm_gmtoff) << second;
    }
  }
}

TEST(TimeText, OffsetsWestOfUtcAndHalfHours) {
  const MachineZone newfoundland("NST3:30");
  LocalZone zone;
  EXPECT_EQ(text_of(kTime, TimeForm::iso8601, &zone), "2026-11-21T22:16:24.123-03:30");
  EXPECT_EQ(text_of(1, TimeForm::iso8601, &zone), "1969-12-31T20:30:00.001-03:30");
}

TEST(TimeText, ALongZoneNameIsCut) {
  const MachineZone named("<ABCDEFGHIJKLMNOPQRSTUVWXYZ>-1");
  LocalZone zone;
  const std::string text = text_of(kTime, TimeForm::text_year_ms_zone, &zone);
  EXPECT_EQ(text, "Nov 22 2026 02:46:24.123 ABCDEFGHIJKLMNO");
  EXPECT_LE(text.size(), kMaxTimeText);
}

struct Asn1Case {
  const char* name;
  const char* text;
  std::optional<std::int64_t> ms;
};

void PrintTo(const Asn1Case& row, std::ostream* out) {
  *out << row.name;
}

class Asn1Times : public testing::TestWithParam<Asn1Case> {};

TEST_P(Asn1Times, AreReadExactly) {
  const std::string text = GetParam().text;
  EXPECT_EQ(parse_asn1_time(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), GetParam().ms);
}

INSTANTIATE_TEST_SUITE_P(
    All, Asn1Times,
    testing::Values(
        Asn1Case{"UtcTime", "170106000000Z", 1'483'660'800'000},  // GG-25
        Asn1Case{"LastYearOfUtcTime", "491231235959Z", 2'524'607'999'000},
        Asn1Case{"FirstYearOfUtcTime", "500101000000Z", -631'152'000'000},
        Asn1Case{"GeneralizedTime", "20170106000000Z", 1'483'660'800'000},
        Asn1Case{"LeapDay", "20240229120000Z", 1'709'208'000'000},
        Asn1Case{"NoLeapDay", "20230229120000Z", std::nullopt}, Asn1Case{"Empty", "", std::nullopt},
        Asn1Case{"OnlyZ", "Z", std::nullopt}, Asn1Case{"WithoutSeconds", "1701060000Z", std::nullopt},
        Asn1Case{"WithoutZ", "1701060000000", std::nullopt}, Asn1Case{"WithOffset", "170106000000+0000", std::nullopt},
        Asn1Case{"WithFraction", "20170106000000.5Z", std::nullopt}, Asn1Case{"NoDigit", "17010600000xZ", std::nullopt},
        Asn1Case{"Sign", "-70106000000Z", std::nullopt}, Asn1Case{"MonthZero", "170006000000Z", std::nullopt},
        Asn1Case{"Month13", "171306000000Z", std::nullopt}, Asn1Case{"DayZero", "170100000000Z", std::nullopt},
        Asn1Case{"Hour24", "170106240000Z", std::nullopt}, Asn1Case{"Minute60", "170106006000Z", std::nullopt},
        Asn1Case{"Second60", "170106000060Z", std::nullopt}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace flowcef::test
