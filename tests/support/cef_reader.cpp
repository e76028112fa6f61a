#include "support/cef_reader.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "support/ascii.hpp"
#include "support/cef_value_rules.hpp"

namespace flowcef::test {
namespace {

bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_key(std::string_view text) {
  return !text.empty() && is_letter(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

/// A number from 0 to 10, or one of the standard's words.
bool is_severity(const std::string& text) {
  static const std::set<std::string> kWords = {"Unknown", "Low", "Medium", "High", "Very-High"};
  return kWords.contains(text) || text == "10" || (text.size() == 1 && is_digit(text[0]));
}

/// Returns: where the text stops being well-formed UTF-8 without control characters.
std::optional<std::size_t> find_bad_byte(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x20 || lead == 0x7f) return i;
    if (lead < 0x80) {
      ++i;
      continue;
    }
    std::size_t length = 0;
    unsigned long code = 0;
    if (lead >> 5 == 6) length = 2, code = lead & 0x1fU;
    if (lead >> 4 == 14) length = 3, code = lead & 0x0fU;
    if (lead >> 3 == 30) length = 4, code = lead & 0x07U;
    if (length == 0 || i + length > text.size()) return i;
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if (next >> 6 != 2) return i;
      code = code << 6 | (next & 0x3fU);
    }
    constexpr unsigned long kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kSmallest[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return i;
    i += length;
  }
  return std::nullopt;
}

class Reader {
 public:
  Reader(std::string_view line, const CefRules& rules) : line_(line), rules_(rules) {}

  std::expected<CefEvent, std::string> run() {
    if (const auto bad = find_bad_byte(line_)) return fail("bad byte", *bad);
    if (!line_.starts_with("CEF:")) return fail("no CEF:", 0);
    at_ = 4;
    while (at_ < line_.size() && is_digit(line_[at_])) event_.version += line_[at_++];
    if (event_.version.empty() || at_ == line_.size() || line_[at_++] != '|') return fail("bad version", at_);
    if (event_.version.size() > 1 && event_.version[0] == '0') return fail("version begins with 0", 4);
    for (std::size_t i = 0; i < event_.header.size(); ++i) {
      if (!read_header_field(event_.header[i], kHeaderLimits[i])) return fail(problem_, at_);
    }
    if (event_.signature().find_first_of("=%#") != std::string::npos) return fail("signature needs an escape", at_);
    if (!is_severity(event_.header[5])) return fail("bad severity", at_);
    dictionary_ = rules_.dictionary.value_or(event_.version == "0" ? 0 : 1);
    while (at_ < line_.size()) {
      if (!read_pair()) return fail(problem_, at_);
    }
    if (!labels_fit()) return fail(problem_, at_);
    return event_;
  }

 private:
  [[nodiscard]] std::unexpected<std::string> fail(const std::string& problem, std::size_t at) const {
    return std::unexpected(problem + " at byte " + std::to_string(at) + " of: " + std::string(line_));
  }

  bool read_header_field(std::string& field, std::size_t limit) {
    for (; at_ < line_.size(); ++at_) {
      const char c = line_[at_];
      if (c == '|') {
        ++at_;
        problem_ = "empty or too long header field";
        return !field.empty() && count_characters(field) <= limit;
      }
      if (c == '\\') {
        problem_ = "foreign escape in header";
        ++at_;
        if (at_ == line_.size() || (line_[at_] != '\\' && line_[at_] != '|')) return false;
      }
      field += line_[at_];
    }
    problem_ = "header is cut";
    return false;
  }

  bool read_pair() {
    const std::size_t equals = line_.find('=', at_);
    problem_ = "no key";
    if (equals == std::string_view::npos || equals == at_) return false;
    const std::string key(line_.substr(at_, equals - at_));
    problem_ = "bad key " + key;
    if (!is_key(key)) return false;
    at_ = equals + 1;
    const std::size_t end = end_of_value();
    std::string value;
    if (!unescape(line_.substr(at_, end - at_), value)) return false;
    problem_ = "untrimmed value of " + key;
    if (value.starts_with(' ') || value.ends_with(' ')) return false;
    problem_ = "empty value of " + key;
    if (value.empty() && !rules_.empty_values) return false;
    const std::string_view fault = value.empty() ? "" : find_fault(key, value, dictionary_);
    problem_ = std::string(fault) + ": " + key;
    if (!fault.empty()) return false;
    problem_ = "repeated key " + key;
    if (!event_.extension.emplace(key, value).second) return false;
    event_.order.push_back(key);
    at_ = end == line_.size() ? end : end + 1;
    problem_ = "blank at the end";
    return end == line_.size() || at_ != line_.size();
  }

  /// A value ends at the last blank before the next unescaped `=`.
  [[nodiscard]] std::size_t end_of_value() const {
    for (std::size_t i = at_; i < line_.size(); ++i) {
      if (line_[i] == '\\') {
        ++i;
      } else if (line_[i] == '=') {
        const std::size_t blank = line_.rfind(' ', i);
        return blank == std::string_view::npos || blank < at_ ? line_.size() : blank;
      }
    }
    return line_.size();
  }

  /// Some readers give a slot the name that its label tells, in place of what has that name.
  bool labels_fit() {
    std::set<std::string> seen;
    for (const auto& [key, value] : event_.extension) {
      problem_ = "no label of " + key;
      if (is_label_slot(key) && !event_.has(key + "Label")) return false;
      if (!key.ends_with("Label")) continue;
      problem_ = "nothing goes with " + key;
      if (!event_.has(key.substr(0, key.size() - 5))) return false;
      problem_ = "another key or label is called like " + key;
      if (event_.has(value) || is_dictionary_key(value) || !seen.insert(value).second) return false;
    }
    return true;
  }

  bool unescape(std::string_view text, std::string& value) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '=') {
        problem_ = "bare = in a value";
        return false;
      }
      if (text[i] != '\\') {
        value += text[i];
        continue;
      }
      problem_ = "foreign escape in a value";
      if (++i == text.size()) return false;
      switch (text[i]) {
        case '\\':
        case '=':
          value += text[i];
          break;
        case 'n':
          value += '\n';
          break;
        case 'r':
          value += '\r';
          break;
        default:
          return false;
      }
    }
    return true;
  }

  /// In characters; of the severity, its longest word.
  static constexpr std::array<std::size_t, 6> kHeaderLimits = {63, 63, 31, 1023, 512, 9};

  std::string_view line_;
  CefRules rules_;
  unsigned dictionary_ = 0;
  std::size_t at_ = 0;
  CefEvent event_;
  std::string problem_;
};

}  // namespace

std::string CefEvent::value(const std::string& key) const {
  const auto found = extension.find(key);
  return found == extension.end() ? std::string() : found->second;
}

std::expected<CefEvent, std::string> read_cef(std::string_view line, const CefRules& rules) {
  return Reader(line, rules).run();
}

}  // namespace flowcef::test
