#include "flowcef/decode/syslog_message.hpp"

#include <algorithm>
#include <cstddef>

namespace flowcef {
namespace {

constexpr unsigned kMaxPriority = 191;  // RFC 5424 section 6.2.1
constexpr std::size_t kMaxHost = 255;
constexpr std::size_t kMaxTag = 64;  // RFC 3164 has 32, RFC 5424 48; both are exceeded
constexpr std::string_view kNil = "-";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_alphanumeric(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Of host names and addresses.
bool is_host_character(char c) noexcept {
  return is_alphanumeric(c) || c == '.' || c == '-' || c == '_' || c == ':';
}

bool is_tag_character(char c) noexcept {
  return is_alphanumeric(c) || c == '.' || c == '-' || c == '_' || c == '/' || c == '(' || c == ')';
}

/// RFC 5424 section 6: PRINTUSASCII.
bool is_printable(char c) noexcept {
  return c >= 33 && c <= 126;
}

std::string_view word_of(std::string_view text) noexcept {
  return text.substr(0, text.find(' '));
}

/// Takes what the text begins with, and a blank behind it, off the text.
void drop(std::string_view& text, std::size_t length) noexcept {
  text.remove_prefix(length);
  if (text.starts_with(' ')) text.remove_prefix(1);
}

/// Reads `<34>`.
bool read_priority(std::string_view& text, SyslogMessage& into) noexcept {
  if (!text.starts_with('<')) return false;
  unsigned priority = 0;
  std::size_t at = 1;
  for (; at < text.size() && at <= 3 && is_digit(text[at]); ++at) {
    priority = 10 * priority + static_cast<unsigned>(text[at] - '0');
  }
  if (at == 1 || at == text.size() || text[at] != '>' || priority > kMaxPriority) return false;
  into.priority = static_cast<std::uint8_t>(priority);
  text.remove_prefix(at + 1);
  return true;
}

// ---- RFC 5424

/// Reads a word of the header, which ends in a blank or with the line.
bool read_header_word(std::string_view& text, std::size_t max, std::string_view& into) noexcept {
  const std::string_view word = word_of(text);
  if (word.empty() || word.size() > max || !std::ranges::all_of(word, is_printable)) return false;
  if (word != kNil) into = word;
  drop(text, word.size());
  return true;
}

/// Returns: the length of one `[id name="value" ...]`; 0: it is none.
std::size_t structured_element(std::string_view text) noexcept {
  bool quoted = false;
  for (std::size_t at = 1; text.starts_with('[') && at < text.size(); ++at) {
    if (text[at] == '"') {
      quoted = !quoted;
    } else if (quoted && text[at] == '\\') {
      ++at;
    } else if (!quoted && text[at] == ']') {
      return at == 1 ? 0 : at + 1;
    }
  }
  return 0;
}

bool read_structured_data(std::string_view& text, std::string_view& into) noexcept {
  std::size_t length = 0;
  if (word_of(text) == kNil) {
    length = kNil.size();
  } else {
    for (std::size_t more; (more = structured_element(text.substr(length))) != 0;) length += more;
    into = text.substr(0, length);
  }
  const bool ends = length == text.size() || text[length] == ' ';
  if (length == 0 || !ends) return false;
  drop(text, length);
  return true;
}

bool read_rfc5424(std::string_view text, const LogClock& clock, SyslogMessage& into) noexcept {
  if (!text.starts_with("1 ")) return false;
  text.remove_prefix(2);
  SyslogMessage found = into;
  if (word_of(text) == kNil) {
    drop(text, kNil.size());
  } else {
    const auto time = read_iso_time(word_of(text), clock);
    if (!time || time->length != word_of(text).size()) return false;
    found.time_ns = time->ns;
    drop(text, time->length);
  }
  const bool fits = read_header_word(text, kMaxHost, found.hostname) && read_header_word(text, 48, found.app_name) &&
                    read_header_word(text, 128, found.proc_id) && read_header_word(text, 32, found.msg_id) &&
                    read_structured_data(text, found.structured_data);
  if (!fits) return false;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  found.message = text;
  into = found;
  return true;
}

// ---- RFC 3164

/// Reads `sshd[1234]: `, `kernel: ` or `CRON: `, and `app[77] ` as rsyslog writes what came in RFC 5424.
bool read_tag(std::string_view& text, SyslogMessage& into) noexcept {
  const auto end = std::ranges::find_if_not(text, is_tag_character);
  const auto length = static_cast<std::size_t>(end - text.begin());
  if (length == 0 || length > kMaxTag || is_digit(text.front())) return false;
  std::string_view rest = text.substr(length);
  std::string_view proc_id;
  if (rest.starts_with('[')) {
    const std::size_t close = rest.find(']');
    if (close == std::string_view::npos || close == 1 || close > kMaxTag) return false;
    proc_id = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
  }
  if (rest.starts_with(':')) {
    rest.remove_prefix(1);
  } else if (proc_id.empty() || !rest.starts_with(' ')) {
    return false;
  }
  // `http://host/` and `10:30` begin a message; behind a process id it cannot be otherwise.
  if (proc_id.empty() && !rest.empty() && rest.front() != ' ') return false;
  into.app_name = text.substr(0, length);
  into.proc_id = proc_id;
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  text = rest;
  return true;
}

void read_host(std::string_view& text, SyslogMessage& into) noexcept {
  const std::string_view word = word_of(text);
  if (word.empty() || word.size() > kMaxHost || !std::ranges::all_of(word, is_host_character)) return;
  into.hostname = word;
  drop(text, word.size());
  if (text.starts_with(": ")) text.remove_prefix(2);  // Cisco ASA: `fw1 : %ASA-6-302013: ...`
}

/// Without a time nothing is a header: RFC 3164 section 4.3.2.
void read_rfc3164(std::string_view text, const LogClock& clock, SyslogMessage& into) noexcept {
  into.message = text;
  auto time = read_bsd_time(text, clock);
  if (!time) time = read_iso_time(text, clock);
  if (!time) return;
  text.remove_prefix(time->length);
  const bool no_host = text.starts_with(": ");  // Cisco ASA again
  if (no_host) text.remove_prefix(1);
  if (!text.empty() && text.front() != ' ') return;
  drop(text, 0);
  into.time_ns = time->ns;
  if (!read_tag(text, into) && !no_host) {
    read_host(text, into);
    static_cast<void>(read_tag(text, into));
  }
  into.message = text;
}

}  // namespace

SyslogMessage parse_syslog(std::string_view line, const LogClock& clock) noexcept {
  while (line.ends_with('\n') || line.ends_with('\r') || line.ends_with('\0')) line.remove_suffix(1);
  SyslogMessage parsed;
  if (!read_priority(line, parsed)) {
    parsed.message = line;
  } else if (!read_rfc5424(line, clock, parsed)) {
    read_rfc3164(line, clock, parsed);
  }
  return parsed;
}

}  // namespace flowcef
