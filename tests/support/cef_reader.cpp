#include "support/cef_reader.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace flowcef::test {
namespace {

bool is_key_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
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
  explicit Reader(std::string_view line) : line_(line) {}

  std::expected<CefEvent, std::string> run() {
    if (const auto bad = find_bad_byte(line_)) return fail("bad byte", *bad);
    if (!line_.starts_with("CEF:")) return fail("no CEF:", 0);
    at_ = 4;
    while (at_ < line_.size() && std::isdigit(static_cast<unsigned char>(line_[at_])) != 0)
      event_.version += line_[at_++];
    if (event_.version.empty() || at_ == line_.size() || line_[at_++] != '|') return fail("bad version", at_);
    for (std::string& field : event_.header) {
      if (!read_header_field(field)) return fail(problem_, at_);
    }
    while (at_ < line_.size()) {
      if (!read_pair()) return fail(problem_, at_);
    }
    return event_;
  }

 private:
  [[nodiscard]] std::unexpected<std::string> fail(const std::string& problem, std::size_t at) const {
    return std::unexpected(problem + " at byte " + std::to_string(at) + " of: " + std::string(line_));
  }

  bool read_header_field(std::string& field) {
    for (; at_ < line_.size(); ++at_) {
      const char c = line_[at_];
      if (c == '|') {
        ++at_;
        problem_ = "empty header field";
        return !field.empty();
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
    if (!std::all_of(key.begin(), key.end(), is_key_character)) return false;
    at_ = equals + 1;
    const std::size_t end = end_of_value();
    std::string value;
    if (!unescape(line_.substr(at_, end - at_), value)) return false;
    problem_ = "empty or untrimmed value of " + key;
    if (value.empty() || value.front() == ' ' || value.back() == ' ') return false;
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
        return blank == std::string_view::npos || blank < at_ ? i : blank;
      }
    }
    return line_.size();
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

  std::string_view line_;
  std::size_t at_ = 0;
  CefEvent event_;
  std::string problem_;
};

}  // namespace

std::string CefEvent::value(const std::string& key) const {
  const auto found = extension.find(key);
  return found == extension.end() ? std::string() : found->second;
}

std::expected<CefEvent, std::string> read_cef(std::string_view line) {
  return Reader(line).run();
}

}  // namespace flowcef::test
