#include "flowcef/app/sent_line.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace flowcef {
namespace {

constexpr std::string_view kStart = "CEF:";
constexpr int kBars = 7;

/// Returns: the word at the front of `text`, which then begins behind the blank.
std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::optional<int> number_at(std::string_view text, std::size_t begin, std::size_t length) {
  if (begin + length > text.size()) return std::nullopt;
  int number = 0;
  const char* const end = text.data() + begin + length;
  const auto [at, error] = std::from_chars(text.data() + begin, end, number);
  return error == std::errc{} && at == end ? std::optional(number) : std::nullopt;
}

/// Input: `hh:mm:ss` from `begin` on
std::optional<std::int64_t> clock_ms(std::string_view text, std::size_t begin) {
  const auto hours = number_at(text, begin, 2);
  const auto minutes = number_at(text, begin + 3, 2);
  const auto seconds = number_at(text, begin + 6, 2);
  if (!hours || !minutes || !seconds) return std::nullopt;
  return ((*hours * 60 + *minutes) * 60 + *seconds) * std::int64_t{1000};
}

/// Input: `2026-11-22T01:46:24.123Z`
std::optional<HeaderTime> utc_time(std::string_view text) {
  const auto year = number_at(text, 0, 4);
  const auto month = number_at(text, 5, 2);
  const auto day = number_at(text, 8, 2);
  const auto clock = clock_ms(text, 11);
  if (!year || !month || !day || !clock || !text.ends_with('Z')) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  const int fraction = text.size() > 23 ? number_at(text, 20, 3).value_or(0) : 0;
  return HeaderTime{std::chrono::duration_cast<std::chrono::milliseconds>(days).count() + *clock + fraction};
}

/// `<134>1 TIME HOST PROGRAM ...` or `<134>Nov 22 01:46:24 HOST TAG...`
void read_header(std::string_view message, SentLine& line) {
  if (!message.starts_with('<')) return;
  std::string_view rest = message.substr(std::min(message.find('>'), message.size() - 1) + 1);
  if (rest.starts_with("1 ")) {
    take_word(rest);
    line.time = utc_time(take_word(rest));
    take_word(rest);
    line.program = take_word(rest);
    return;
  }
  constexpr std::size_t kTime = 15;
  if (rest.size() <= kTime) return;
  if (const auto clock = clock_ms(rest, 7)) line.time = HeaderTime{*clock, true};
  rest.remove_prefix(kTime + 1);
  take_word(rest);
  line.program = rest.substr(0, std::min(rest.find_first_of(": ["), rest.size()));
}

/// Returns: the text behind the header's bars, or the end.
std::size_t find_extension(std::string_view cef) {
  int bars = 0;
  for (std::size_t i = 0; i < cef.size(); ++i) {
    if (cef[i] == '\\') {
      ++i;
    } else if (cef[i] == '|' && ++bars == kBars) {
      return i + 1;
    }
  }
  return cef.size();
}

SentPair make_pair_of(std::string_view key, std::string_view raw) {
  SentPair pair{std::string(key), {}, raw.contains('\\')};
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '\\' && i + 1 < raw.size()) {
      c = raw[++i];
      if (c == 'n') c = '\n';
      if (c == 'r') c = '\r';
    }
    pair.value += c;
  }
  return pair;
}

void read_pairs(std::string_view text, SentLine& line) {
  std::string_view key;
  std::size_t value = 0;
  std::size_t word = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == ' ') {
      word = i + 1;
    } else if (text[i] == '=') {
      if (!key.empty())
        line.pairs.push_back(make_pair_of(key, text.substr(value, std::max(word, value + 1) - 1 - value)));
      key = text.substr(word, i - word);
      value = i + 1;
    }
  }
  if (!key.empty()) line.pairs.push_back(make_pair_of(key, text.substr(value)));
}

}  // namespace

SentLine take_apart(std::string_view message) {
  SentLine line;
  const std::size_t start = message.find(kStart);
  if (start == std::string_view::npos) return line;
  line.cef = message.substr(start);
  if (start != 0) read_header(message, line);
  line.extension = find_extension(line.cef);
  read_pairs(line.cef.substr(line.extension), line);
  return line;
}

}  // namespace flowcef
