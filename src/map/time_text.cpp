#include "time_text.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>

#include "flowcef/core/decimal.hpp"
#include "time_value.hpp"

namespace flowcef {
namespace {

constexpr char kMonthNames[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::int64_t kQuarter = 900;
constexpr std::int32_t kDay = 86'400;

struct CivilTime {
  int year;
  std::uint32_t month, day, hour, minute, second, millisecond;
};

/// Input: milliseconds since 1970 of the zone's own clock.
CivilTime civil_time(std::int64_t ms) noexcept {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(ms)};
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const auto of_day = static_cast<std::uint32_t>((time - days).count());
  const std::uint32_t second = of_day / 1000;
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          second / 3600,
          second / 60 % 60,
          second % 60,
          of_day % 1000};
}

char* write_year(char* out, int year) noexcept {
  const auto number = static_cast<std::uint32_t>(year);
  return write_two_digits(write_two_digits(out, number / 100), number % 100);
}

char* write_clock(char* out, const CivilTime& time, bool with_ms) noexcept {
  out = write_two_digits(out, time.hour);
  *out++ = ':';
  out = write_two_digits(out, time.minute);
  *out++ = ':';
  out = write_two_digits(out, time.second);
  if (!with_ms) return out;
  *out++ = '.';
  return write_three_digits(out, time.millisecond);
}

char* write_iso8601(char* out, const CivilTime& time, const LocalZone::Offset* offset) noexcept {
  out = write_year(out, time.year);
  *out++ = '-';
  out = write_two_digits(out, time.month);
  *out++ = '-';
  out = write_two_digits(out, time.day);
  *out++ = 'T';
  out = write_clock(out, time, true);
  if (offset == nullptr) {
    *out++ = 'Z';
    return out;
  }
  const auto minutes = static_cast<std::uint32_t>(std::abs(offset->seconds)) / 60;
  *out++ = offset->seconds < 0 ? '-' : '+';
  out = write_two_digits(out, minutes / 60);
  *out++ = ':';
  return write_two_digits(out, minutes % 60);
}

bool has_year(TimeForm form) noexcept {
  return form >= TimeForm::text_year;
}

bool has_zone(TimeForm form) noexcept {
  return form == TimeForm::text_zone || form == TimeForm::text_ms_zone || form == TimeForm::text_year_zone ||
         form == TimeForm::text_year_ms_zone;
}

char* write_cef_text(char* out, const CivilTime& time, TimeForm form, const LocalZone::Offset* offset) noexcept {
  std::memcpy(out, kMonthNames + std::size_t{3} * (time.month - 1), 3);
  out[3] = ' ';
  out = write_two_digits(out + 4, time.day);
  *out++ = ' ';
  if (has_year(form)) {
    out = write_year(out, time.year);
    *out++ = ' ';
  }
  out = write_clock(out, time, !is_whole_seconds(form));
  if (!has_zone(form)) return out;
  *out++ = ' ';
  const std::string_view zone = offset == nullptr ? "UTC" : std::string_view(offset->name.data(), offset->length);
  return out + zone.copy(out, zone.size());
}

/// For zones without a name, such as most of South America's: `GMT-03:00`, one of the forms that CEF's zone may have.
void name_by_offset(LocalZone::Offset& offset) noexcept {
  const auto minutes = static_cast<std::uint32_t>(std::abs(offset.seconds)) / 60;
  std::memcpy(offset.name.data(), offset.seconds < 0 ? "GMT-" : "GMT+", 4);
  char* out = write_two_digits(offset.name.data() + 4, minutes / 60);
  *out++ = ':';
  offset.length = static_cast<std::uint8_t>(write_two_digits(out, minutes % 60) - offset.name.data());
}

bool is_letter(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// Returns: nothing unless all of them are digits.
std::optional<unsigned> digits(const std::uint8_t* text, std::size_t length) noexcept {
  unsigned number = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = 10 * number + (text[i] - '0');
  }
  return number;
}

}  // namespace

const LocalZone::Offset& LocalZone::offset_at(std::int64_t seconds) noexcept {
  const std::int64_t quarter = seconds / kQuarter;
  Entry& entry = entries_[static_cast<std::size_t>(quarter) % entries_.size()];
  if (entry.quarter == quarter) return entry.offset;
  entry = {quarter, {0, 3, {'U', 'T', 'C'}}};
  const std::time_t when = seconds;
  std::tm local{};
  if (localtime_r(&when, &local) == nullptr || std::abs(local.tm_gmtoff) >= kDay) return entry.offset;
  entry.offset.seconds = static_cast<std::int32_t>(local.tm_gmtoff);
  const std::size_t length = strnlen(local.tm_zone, entry.offset.name.size());
  if (length == 0 || !std::all_of(local.tm_zone, local.tm_zone + length, is_letter)) {
    name_by_offset(entry.offset);
    return entry.offset;
  }
  entry.offset.length = static_cast<std::uint8_t>(length);
  std::copy_n(local.tm_zone, length, entry.offset.name.begin());
  return entry.offset;
}

char* write_time_text(char* out, std::int64_t ms, TimeForm form, LocalZone* zone) noexcept {
  if (form == TimeForm::epoch_ms) return write_i64(out, ms);
  if (form == TimeForm::epoch_s) return write_i64(out, ms / 1000);
  if (ms >= kLatestTimeMs) return out;
  const LocalZone::Offset* offset = zone == nullptr ? nullptr : &zone->offset_at(ms / 1000);
  const std::int64_t of_zone = offset == nullptr ? ms : ms + std::int64_t{offset->seconds} * 1000;
  if (of_zone >= kLatestTimeMs) return out;
  const CivilTime time = civil_time(of_zone);
  return form == TimeForm::iso8601 ? write_iso8601(out, time, offset) : write_cef_text(out, time, form, offset);
}

bool is_whole_seconds(TimeForm form) noexcept {
  return form == TimeForm::epoch_s || form == TimeForm::text || form == TimeForm::text_zone ||
         form == TimeForm::text_year || form == TimeForm::text_year_zone;
}

std::optional<std::int64_t> parse_asn1_time(const std::uint8_t* text, std::size_t length) noexcept {
  constexpr std::size_t kUtcTime = 13;
  constexpr std::size_t kGeneralizedTime = 15;
  if ((length != kUtcTime && length != kGeneralizedTime) || text[length - 1] != 'Z') return std::nullopt;
  const std::size_t year_digits = length == kUtcTime ? 2 : 4;
  auto year = digits(text, year_digits);
  const std::uint8_t* rest = text + year_digits;
  const auto month = digits(rest, 2);
  const auto day = digits(rest + 2, 2);
  const auto hour = digits(rest + 4, 2);
  const auto minute = digits(rest + 6, 2);
  const auto second = digits(rest + 8, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (length == kUtcTime) *year += *year < 50 ? 2000U : 1900U;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return (days * kDay + *hour * 3600 + *minute * 60 + *second) * 1000;
}

}  // namespace flowcef
