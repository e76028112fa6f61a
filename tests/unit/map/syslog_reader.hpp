// A strict reader of syslog headers, written from the RFCs and not from the writer.
#pragma once

#include <chrono>
#include <optional>
#include <regex>
#include <string>

namespace flowcef::test {

struct SyslogMessage {
  unsigned priority;
  std::string time;  ///< as it stands
  std::string host;
  std::string app;  ///< APP-NAME, or the tag
  std::string text;
};

/// Returns: nothing if the number is above 191 (leading zeros are none of the patterns' below).
inline std::optional<unsigned> priority_of(const std::string& digits) {
  const unsigned long number = std::stoul(digits);
  return number <= 191 ? std::optional(static_cast<unsigned>(number)) : std::nullopt;
}

/// Source: RFC 5424 section 6; without structured data.
inline std::optional<SyslogMessage> read_rfc5424(const std::string& line) {
  static const std::regex kHeader(
      "<(0|[1-9][0-9]{0,2})>1 "
      "(([0-9]{4})-([0-9]{2})-([0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{1,6}Z) "
      "([!-~]{1,255}) ([!-~]{1,48}) [!-~]{1,128} [!-~]{1,32} - ");
  std::smatch part;
  if (!std::regex_search(line, part, kHeader, std::regex_constants::match_continuous)) return std::nullopt;
  const auto priority = priority_of(part[1]);
  const std::chrono::year_month_day day{std::chrono::year(std::stoi(part[3])),
                                        std::chrono::month(static_cast<unsigned>(std::stoul(part[4]))),
                                        std::chrono::day(static_cast<unsigned>(std::stoul(part[5])))};
  if (!priority || !day.ok()) return std::nullopt;
  return SyslogMessage{*priority, part[2], part[7], part[8], part.suffix()};
}

/// Source: RFC 3164 section 4.1. The tag stays part of the text.
inline std::optional<SyslogMessage> read_rfc3164(const std::string& line) {
  static const std::regex kHeader(
      "<(0|[1-9][0-9]{0,2})>"
      "((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?: [1-9]|[12][0-9]|3[01]) "
      "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]) "
      "([!-~]+) (?=([0-9A-Za-z]{1,32})[^0-9A-Za-z])");
  std::smatch part;
  if (!std::regex_search(line, part, kHeader, std::regex_constants::match_continuous)) return std::nullopt;
  const auto priority = priority_of(part[1]);
  if (!priority) return std::nullopt;
  return SyslogMessage{*priority, part[2], part[3], part[4], part.suffix()};
}

}  // namespace flowcef::test
