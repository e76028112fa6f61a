#include "flowcef/map/syslog_envelope.hpp"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <functional>
#include <iterator>

#include "append_text.hpp"
#include "flowcef/core/decimal.hpp"

namespace flowcef {
namespace {

constexpr std::string_view kWeekdays = "SunMonTueWedThuFriSat";
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

char* write_clock(char* out, const std::tm& time) {
  out = write_two_digits(out, static_cast<std::uint32_t>(time.tm_hour));
  *out++ = ':';
  out = write_two_digits(out, static_cast<std::uint32_t>(time.tm_min));
  *out++ = ':';
  return write_two_digits(out, static_cast<std::uint32_t>(time.tm_sec));
}

/// Four digits.
char* write_year(char* out, const std::tm& time) {
  const auto year = static_cast<std::uint32_t>(std::clamp(time.tm_year + 1900, 0, 9999));
  return write_two_digits(write_two_digits(out, year / 100), year % 100);
}

/// `2026-11-22T01:46:24`
char* write_iso_second(char* out, const std::tm& time) {
  out = write_year(out, time);
  *out++ = '-';
  out = write_two_digits(out, static_cast<std::uint32_t>(time.tm_mon + 1));
  *out++ = '-';
  out = write_two_digits(out, static_cast<std::uint32_t>(time.tm_mday));
  *out++ = 'T';
  return write_clock(out, time);
}

/// `Nov  2 01:46:24`
/// Input: whether a day below ten is padded with a blank
char* write_bsd_second(char* out, const std::tm& time, bool padded) {
  out = append(out, kMonths.substr(static_cast<std::size_t>(time.tm_mon) * 3, 3));
  *out++ = ' ';
  if (padded && time.tm_mday < 10) *out++ = ' ';
  out = write_u8(out, static_cast<std::uint8_t>(time.tm_mday));
  *out++ = ' ';
  return write_clock(out, time);
}

/// `Mon Nov 2 01:46:24 2026`
char* write_ctime_second(char* out, const std::tm& time, bool padded) {
  out = append(out, kWeekdays.substr(static_cast<std::size_t>(time.tm_wday) * 3, 3));
  *out++ = ' ';
  out = write_bsd_second(out, time, padded);
  *out++ = ' ';
  return write_year(out, time);
}

std::string priority_text(const RenderingConfig& config) {
  if (!config.severity) return {};
  char text[kMaxPriorityText];
  return {text, write_priority(text, config.facility, *config.severity)};
}

std::string text_behind_host(const RenderingConfig& config) {
  if (config.header == SyslogHeader::rfc5424) return " CEF - - - ";
  if (config.header == SyslogHeader::rfc3164 && !config.tag.empty()) return ' ' + config.tag + ": ";
  return " ";
}

}  // namespace

std::uint8_t syslog_severity(std::uint8_t event_severity) noexcept {
  static constexpr std::uint8_t kSeverities[] = {6, 6, 6, 6, 5, 5, 4, 3, 3, 2, 2};
  return kSeverities[std::min<std::size_t>(event_severity, std::size(kSeverities) - 1)];
}

char* write_priority(char* out, std::uint8_t facility, std::uint8_t severity) noexcept {
  *out++ = '<';
  const unsigned priority = facility * 8U + severity;
  if (priority >= 100) *out++ = static_cast<char>('0' + priority / 100);
  if (priority >= 10) *out++ = static_cast<char>('0' + priority / 10 % 10);
  *out++ = static_cast<char>('0' + priority % 10);
  *out++ = '>';
  return out;
}

SyslogEnvelope::SyslogEnvelope(const RenderingConfig& config)
    : header_(config.header),
      padded_day_(config.padded_day),
      utc_(config.utc || config.header == SyslogHeader::rfc5424),
      priority_(priority_text(config)),
      host_(config.host),
      hosts_(config.hosts),
      behind_host_(text_behind_host(config)) {
  std::ranges::sort(hosts_, std::ranges::greater(), [](const ExporterHost& host) { return host.match.bits(); });
}

std::string_view SyslogEnvelope::render(const ExportContext& context) noexcept {
  const std::int64_t time_ms = context.received_ns != 0 ? context.received_ns / 1'000'000 : context.export_ms;
  char* end = text_.data();
  switch (header_) {
    case SyslogHeader::none:
      return {};
    case SyslogHeader::rfc3164:
      end = write_rfc3164(end, time_ms);
      break;
    case SyslogHeader::rfc5424:
      end = write_rfc5424(end, time_ms);
      break;
    case SyslogHeader::gigamon:
      end = write_gigamon(end, time_ms);
      break;
  }
  *end++ = ' ';
  end = write_host(end, context.exporter.address);
  end = append(end, behind_host_);
  return {text_.data(), end};
}

std::tm SyslogEnvelope::time_of(std::int64_t second) const noexcept {
  const std::time_t clock = second;
  std::tm time{};
  utc_ ? gmtime_r(&clock, &time) : localtime_r(&clock, &time);
  return time;
}

char* SyslogEnvelope::write_rfc3164(char* out, std::int64_t time_ms) noexcept {
  const std::int64_t second = time_ms / 1000;
  if (second != second_) {
    char* const end = write_bsd_second(second_text_.data(), time_of(second), true);
    second_length_ = static_cast<std::size_t>(end - second_text_.data());
    second_ = second;
  }
  return append(append(out, priority_), {second_text_.data(), second_length_});
}

char* SyslogEnvelope::write_rfc5424(char* out, std::int64_t time_ms) noexcept {
  const std::int64_t second = time_ms / 1000;
  if (second != second_) {
    char* const end = write_iso_second(second_text_.data(), time_of(second));
    second_length_ = static_cast<std::size_t>(end - second_text_.data());
    second_ = second;
  }
  out = append(append(append(out, priority_), "1 "), {second_text_.data(), second_length_});
  *out++ = '.';
  out = write_three_digits(out, static_cast<std::uint32_t>(time_ms % 1000));
  *out++ = 'Z';
  return out;
}

char* SyslogEnvelope::write_gigamon(char* out, std::int64_t time_ms) noexcept {
  const std::int64_t second = time_ms / 1000;
  if (second != second_) {
    char* const end = write_ctime_second(second_text_.data(), time_of(second), padded_day_);
    second_length_ = static_cast<std::size_t>(end - second_text_.data());
    second_ = second;
  }
  return append(out, {second_text_.data(), second_length_});
}

char* SyslogEnvelope::write_host(char* out, const IpAddress& exporter) const noexcept {
  for (const ExporterHost& known : hosts_) {
    if (known.match.contains(exporter)) return append(out, known.host);
  }
  if (!host_.empty()) return append(out, host_);
  return exporter.is_unspecified() ? append(out, "-") : write_ipv6(out, exporter.ipv6_bytes().data());
}

}  // namespace flowcef
