#include "flowcef/decode/log_time.hpp"

#include <array>
#include <chrono>
#include <ctime>

namespace flowcef {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;  // in nanoseconds
constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2261;  // the last whole one that 64 bits of nanoseconds hold
constexpr std::int64_t kMaxSeconds = 9'223'372'036;

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// A time by a calendar, and how far it is from UTC if it says so.
struct Calendar {
  int year = 0;
  int month = 0;  ///< 1 to 12
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t fraction_ns = 0;
  std::optional<int> offset_minutes;  ///< east of Greenwich
};

/// Reads off the front of a text. What does not fit leaves it in the middle of the time: it is no time then.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) noexcept : text_(text) {}

  [[nodiscard]] std::size_t at() const noexcept { return at_; }
  [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }
  [[nodiscard]] bool at_digit() const noexcept { return !at_end() && is_digit(text_[at_]); }

  bool take(char c) noexcept {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  /// Reads exactly so many digits.
  bool number(std::size_t digits, int& into) noexcept {
    if (text_.size() - at_ < digits) return false;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!is_digit(text_[at_ + i])) return false;
      value = 10 * value + (text_[at_ + i] - '0');
    }
    at_ += digits;
    into = value;
    return true;
  }

  /// `Nov`, in any case.
  bool month(int& into) noexcept {
    if (text_.size() - at_ < 3) return false;
    for (std::size_t i = 0; i < kMonths.size(); ++i) {
      bool same = true;
      for (std::size_t c = 0; c < 3; ++c) same = same && (text_[at_ + c] | 0x20) == kMonths[i][c];
      if (!same) continue;
      at_ += 3;
      into = static_cast<int>(i) + 1;
      return true;
    }
    return false;
  }

  /// `22:40:02`, and `.123` or `,123` if it is there.
  bool time_of_day(Calendar& into) noexcept {
    if (!number(2, into.hour) || !take(':') || !number(2, into.minute) || !take(':') || !number(2, into.second)) {
      return false;
    }
    const bool has_fraction =
        at_ + 1 < text_.size() && (text_[at_] == '.' || text_[at_] == ',') && is_digit(text_[at_ + 1]);
    if (!has_fraction) return true;
    ++at_;
    for (std::int64_t unit = kSecond / 10; at_digit(); unit /= 10) into.fraction_ns += unit * (text_[at_++] - '0');
    return true;
  }

  /// `Z`, `+01:00` or `+0100`; nothing of these is no zone.
  bool zone(Calendar& into) noexcept {
    if (take('Z') || take('z')) {
      into.offset_minutes = 0;
      return true;
    }
    const bool west = take('-');
    if (!west && !take('+')) return true;
    int hours = 0;
    int minutes = 0;
    if (!number(2, hours)) return false;
    take(':');
    if (!number(2, minutes) || hours > 23 || minutes > 59) return false;
    into.offset_minutes = (west ? -1 : 1) * (60 * hours + minutes);
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

bool is_real(const Calendar& time) noexcept {
  const std::chrono::year_month_day date{std::chrono::year(time.year),
                                         std::chrono::month(static_cast<unsigned>(time.month)),
                                         std::chrono::day(static_cast<unsigned>(time.day))};
  return time.year >= kFirstYear && time.year <= kLastYear && date.ok() && time.hour < 24 && time.minute < 60 &&
         time.second <= 60;
}

std::int64_t seconds_if_utc(const Calendar& time) noexcept {
  const std::chrono::sys_days date{std::chrono::year(time.year) / time.month / time.day};
  return std::int64_t{date.time_since_epoch().count()} * 86'400 + 3'600 * time.hour + 60 * time.minute + time.second;
}

std::int64_t seconds_if_local(const Calendar& time) noexcept {
  std::tm fields{};
  fields.tm_year = time.year - 1900;
  fields.tm_mon = time.month - 1;
  fields.tm_mday = time.day;
  fields.tm_hour = time.hour;
  fields.tm_min = time.minute;
  fields.tm_sec = time.second;
  fields.tm_isdst = -1;
  return std::mktime(&fields);
}

std::optional<std::int64_t> to_ns(const Calendar& time, const LogClock& clock) noexcept {
  if (!is_real(time)) return std::nullopt;
  const bool local = clock.local && !time.offset_minutes;
  const std::int64_t seconds =
      local ? seconds_if_local(time) : seconds_if_utc(time) - std::int64_t{60} * time.offset_minutes.value_or(0);
  if (seconds < 0 || seconds >= kMaxSeconds) return std::nullopt;
  return seconds * kSecond + time.fraction_ns;
}

std::optional<LogTime> finish(const Calendar& time, const TimeReader& in, const LogClock& clock) noexcept {
  const auto ns = to_ns(time, clock);
  return ns ? std::optional(LogTime{*ns, in.at()}) : std::nullopt;
}

/// The year in which the date is nearest to the clock; the date may be none in the years beside it.
std::optional<LogTime> finish_in_nearest_year(Calendar time, const TimeReader& in, const LogClock& clock) noexcept {
  const std::chrono::sys_days today{std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::nanoseconds(clock.now_ns)})};
  const int this_year = static_cast<int>(std::chrono::year_month_day(today).year());
  std::optional<std::int64_t> nearest;
  const auto distance = [&](std::int64_t ns) { return ns > clock.now_ns ? ns - clock.now_ns : clock.now_ns - ns; };
  for (time.year = this_year - 1; time.year <= this_year + 1; ++time.year) {
    const auto ns = to_ns(time, clock);
    if (ns && (!nearest || distance(*ns) < distance(*nearest))) nearest = ns;
  }
  return nearest ? std::optional(LogTime{*nearest, in.at()}) : std::nullopt;
}

/// `22/Nov/2026:22:40:02 +0100`, as the common log format has it.
std::optional<LogTime> read_common_log_time(std::string_view text, const LogClock& clock) noexcept {
  TimeReader in(text);
  Calendar time;
  const bool fits = in.number(2, time.day) && in.take('/') && in.month(time.month) && in.take('/') &&
                    in.number(4, time.year) && in.take(':') && in.time_of_day(time);
  if (!fits) return std::nullopt;
  if (in.take(' ') && (!in.zone(time) || !time.offset_minutes)) return std::nullopt;
  return finish(time, in, clock);
}

std::int64_t unit_of_count(std::size_t digits) noexcept {
  if (digits < 12) return kSecond;
  if (digits < 15) return 1'000'000;
  return digits < 18 ? 1'000 : 1;
}

/// `1700000000`, `1700000000.123`, `1700000000123`
std::optional<std::int64_t> parse_count(std::string_view text) noexcept {
  const std::size_t digits = text.find('.') == std::string_view::npos ? text.size() : text.find('.');
  if (digits == 0 || digits > 19) return std::nullopt;
  std::int64_t count = 0;
  for (const char c : text.substr(0, digits)) {
    if (!is_digit(c) || __builtin_mul_overflow(count, 10, &count) || __builtin_add_overflow(count, c - '0', &count)) {
      return std::nullopt;
    }
  }
  const std::int64_t unit = unit_of_count(digits);
  if (__builtin_mul_overflow(count, unit, &count)) return std::nullopt;
  if (digits == text.size()) return count;
  std::int64_t part = unit / 10;
  if (digits + 1 == text.size()) return std::nullopt;
  for (const char c : text.substr(digits + 1)) {
    if (!is_digit(c) || __builtin_add_overflow(count, part * (c - '0'), &count)) return std::nullopt;
    part /= 10;
  }
  return count;
}

}  // namespace

std::optional<LogTime> read_iso_time(std::string_view text, const LogClock& clock) noexcept {
  TimeReader in(text);
  Calendar time;
  const bool fits = in.number(4, time.year) && in.take('-') && in.number(2, time.month) && in.take('-') &&
                    in.number(2, time.day) && (in.take('T') || in.take('t') || in.take(' ')) && in.time_of_day(time) &&
                    in.zone(time);
  return fits ? finish(time, in, clock) : std::nullopt;
}

std::optional<LogTime> read_bsd_time(std::string_view text, const LogClock& clock) noexcept {
  TimeReader in(text);
  Calendar time;
  if (!in.month(time.month) || !in.take(' ')) return std::nullopt;
  in.take(' ');
  if (!in.number(2, time.day) && !in.number(1, time.day)) return std::nullopt;
  if (!in.take(' ')) return std::nullopt;
  TimeReader with_year = in;
  if (with_year.number(4, time.year) && with_year.take(' ')) {
    return with_year.time_of_day(time) ? finish(time, with_year, clock) : std::nullopt;
  }
  return in.time_of_day(time) ? finish_in_nearest_year(time, in, clock) : std::nullopt;
}

std::optional<std::int64_t> parse_log_time(std::string_view text, const LogClock& clock) noexcept {
  for (const auto read : {read_iso_time, read_bsd_time, read_common_log_time}) {
    const auto time = read(text, clock);
    if (time && time->length == text.size()) return time->ns;
  }
  return parse_count(text);
}

}  // namespace flowcef
