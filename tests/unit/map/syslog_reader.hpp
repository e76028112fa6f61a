// A strict reader of syslog headers, written from the RFCs and not from the writer.
#pragma once

#include <gtest/gtest.h>

#include <regex.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

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

/// A POSIX extended expression, for a whole program run. (The standard library's one does not pass GCC's checks
/// together with the address sanitizer.)
class Expression {
 public:
  explicit Expression(const char* pattern) { EXPECT_EQ(::regcomp(&compiled_, pattern, REG_EXTENDED), 0) << pattern; }
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;
  ~Expression() { ::regfree(&compiled_); }

  struct Part {
    std::string text;
    std::size_t begin;
  };
  /// Returns: what the groups hold, the whole match first; nothing if the line does not match.
  [[nodiscard]] std::vector<Part> match(const std::string& line) const {
    std::vector<regmatch_t> found(compiled_.re_nsub + 1);
    if (::regexec(&compiled_, line.c_str(), found.size(), found.data(), 0) != 0) return {};
    std::vector<Part> parts;
    for (const regmatch_t& one : found) {
      const auto begin = static_cast<std::size_t>(one.rm_so);
      parts.push_back({line.substr(begin, static_cast<std::size_t>(one.rm_eo) - begin), begin});
    }
    return parts;
  }

 private:
  regex_t compiled_{};
};

/// Source: RFC 5424 section 6; without structured data.
inline std::optional<SyslogMessage> read_rfc5424(const std::string& line) {
  static const Expression kHeader(
      "^<(0|[1-9][0-9]{0,2})>1 "
      "(([0-9]{4})-([0-9]{2})-([0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{1,6}Z) "
      "([!-~]{1,255}) ([!-~]{1,48}) [!-~]{1,128} [!-~]{1,32} - ");
  const auto part = kHeader.match(line);
  if (part.empty()) return std::nullopt;
  const auto priority = priority_of(part[1].text);
  const std::chrono::year_month_day day{std::chrono::year(std::stoi(part[3].text)),
                                        std::chrono::month(static_cast<unsigned>(std::stoul(part[4].text))),
                                        std::chrono::day(static_cast<unsigned>(std::stoul(part[5].text)))};
  if (!priority || !day.ok()) return std::nullopt;
  return SyslogMessage{*priority, part[2].text, part[7].text, part[8].text, line.substr(part[0].text.size())};
}

/// Source: RFC 3164 section 4.1. The tag stays part of the text.
inline std::optional<SyslogMessage> read_rfc3164(const std::string& line) {
  static const Expression kHeader(
      "^<(0|[1-9][0-9]{0,2})>"
      "((Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ( [1-9]|[12][0-9]|3[01]) "
      "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]) "
      "([!-~]+) ([0-9A-Za-z]{1,32})[^0-9A-Za-z]");
  const auto part = kHeader.match(line);
  if (part.empty()) return std::nullopt;
  const auto priority = priority_of(part[1].text);
  if (!priority) return std::nullopt;
  return SyslogMessage{*priority, part[2].text, part[6].text, part[7].text, line.substr(part[7].begin)};
}

}  // namespace flowcef::test
