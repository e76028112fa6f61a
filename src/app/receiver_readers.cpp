#include "receiver_readers.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "flowcef/config/quoted_text.hpp"

namespace flowcef {
namespace {

constexpr int kHeaderFields = 6;  // behind the version
constexpr std::size_t kShownBytes = 24;

/// Returns: the text around a byte, for the user.
std::string around(std::string_view text, std::size_t at) {
  const std::size_t begin = at < kShownBytes / 2 ? 0 : at - kShownBytes / 2;
  return in_quotes(text.substr(begin, kShownBytes));
}

/// Returns: the value without its escapes. `\` and anything else stay as they are.
std::string unescaped(std::string_view raw) {
  std::string text;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '\\' && i + 1 < raw.size()) {
      c = raw[++i];
      if (c == 'n') c = '\n';
      if (c == 'r') c = '\r';
    }
    text += c;
  }
  return text;
}

struct StrictValue {
  std::size_t end = 0;                 ///< of the value
  std::optional<std::size_t> problem;  ///< where a foreign escape stands
};

/// The value ends one byte before the last word in front of the next `=`; a backslash begins no word.
StrictValue strict_value(std::string_view text, std::size_t begin, std::string_view escapes) {
  std::size_t word = 0;
  bool had_blank = false;
  bool in_escape = false;
  std::size_t i = begin;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (in_escape) {
      if (!escapes.contains(c)) return {i, i};
      in_escape = false;
    } else if (c == '=') {
      break;
    } else if (c == '\\') {
      in_escape = true;
    } else if (c == ' ') {
      had_blank = true;
    } else if (had_blank) {
      word = i;
      had_blank = false;
    }
  }
  if (i == text.size()) return {i, in_escape ? std::optional(i) : std::nullopt};
  return {word == 0 ? i : word - 1, std::nullopt};
}

/// As far as the escape goes that the value's last byte may begin.
std::string strict_text(std::string_view text, std::size_t begin, std::size_t end) {
  std::size_t backslashes = 0;
  while (end - backslashes > begin && text[end - backslashes - 1] == '\\') ++backslashes;
  const bool is_cut = backslashes % 2 == 1 && end < text.size();
  return unescaped(text.substr(begin, end - begin + (is_cut ? 1 : 0)));
}

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f');
}

/// What ragel's `space` is.
bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// The parser for Elastic: a state machine that follows values and the keys that may begin in them.
class Recovering {
 public:
  Recovering(const ReceiverModel& model, std::string_view text)
      : text_(text), keys_(*model.find(ReceiverCheck::keys)), values_(*model.find(ReceiverCheck::values)) {}

  ReadMessage read() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    while (at_ < text_.size() && read_pair()) {
    }
    return std::move(message_);
  }

 private:
  /// Returns: where the key that begins at `begin` has its `=`.
  [[nodiscard]] std::optional<std::size_t> end_of_key(std::size_t begin) const {
    std::size_t i = begin;
    if (i == text_.size() || !keys_.first.contains(text_[i])) return std::nullopt;
    while (i < text_.size() && keys_.characters.contains(text_[i])) ++i;
    return i < text_.size() && text_[i] == '=' ? std::optional(i) : std::nullopt;
  }

  /// Returns: whether another pair follows, at `at_`.
  bool read_pair() {
    const auto equals = end_of_key(at_);
    if (!equals) {
      message_.refused = &keys_;
      message_.problem = around(text_, at_);
      return false;
    }
    const std::string_view key = text_.substr(at_, *equals - at_);
    const std::size_t begin = *equals + 1;
    std::size_t end = begin;  // behind the last byte that is no white space
    for (std::size_t i = begin; i < text_.size(); ++i) {
      if (text_[i] == '\\') {
        if (i + 1 == text_.size() || !values_.characters.contains(text_[i + 1])) return give_up(key, i + 1);
        ++i;
      } else if (text_[i] == '=') {
        return give_up(key, i);
      } else if (text_[i] == ' ' && end_of_key(i + 1)) {
        add(key, begin, i);
        at_ = i + 1;
        return true;
      }
      if (!is_space(text_[i])) end = i + 1;
    }
    if (end != begin) add(key, begin, end);  // an empty one does not replace an earlier value
    return false;
  }

  void add(std::string_view key, std::size_t begin, std::size_t end) {
    message_.pairs.push_back({std::string(key), unescaped(text_.substr(begin, end - begin))});
  }

  /// Goes on at the next key behind `at`. Returns: whether there is one.
  bool give_up(std::string_view key, std::size_t at) {
    message_.malformed.push_back({std::string(key), around(text_, at)});
    for (std::size_t i = at; i < text_.size(); ++i) {
      if (text_[i] != ' ' || !end_of_key(i + 1)) continue;
      at_ = i + 1;
      return true;
    }
    return false;
  }

  std::string_view text_;
  const ReceiverRule& keys_;
  const ReceiverRule& values_;
  std::size_t at_ = 0;
  ReadMessage message_;
};

}  // namespace

ReadHeader read_header_as(const ReceiverModel& model, std::string_view cef) {
  const ReceiverRule& rule = *model.find(ReceiverCheck::header);
  ReadHeader header;
  std::size_t i = std::min(cef.find('|'), cef.size());
  for (int field = 0; field < kHeaderFields; ++field) {
    const std::size_t begin = i + 1;
    for (i = begin; i < cef.size() && cef[i] != '|'; ++i) {
      if (cef[i] != '\\' || rule.characters.empty()) continue;
      ++i;
      if (i < cef.size() && rule.characters.contains(cef[i])) continue;
      return {&rule, around(cef, i), cef.size(), {}};
    }
    if (i >= cef.size()) return {&rule, around(cef, cef.size()), cef.size(), {}};
    header.severity = cef.substr(begin, i - begin);
  }
  header.extension = i + 1;
  return header;
}

ReadMessage read_strictly(const ReceiverModel& model, std::string_view text) {
  const ReceiverRule& keys = *model.find(ReceiverCheck::keys);
  const ReceiverRule& values = *model.find(ReceiverCheck::values);
  ReadMessage message;
  const auto refuse = [&message, text](const ReceiverRule* rule, std::size_t at) {
    message.refused = rule;
    message.problem = around(text, at);
    return message;
  };
  for (std::size_t i = 0; i < text.size();) {
    while (i < text.size() && text[i] == ' ') ++i;
    const std::size_t key = i;
    for (; i < text.size() && text[i] != '='; ++i) {
      if (!keys.characters.contains(text[i])) return refuse(&keys, i);
    }
    if (i == text.size()) return refuse(&keys, i);
    if (i + 1 == text.size()) {
      const ReceiverRule* const empty = model.find(ReceiverCheck::empty);
      return refuse(empty == nullptr ? &keys : empty, i);
    }
    const std::size_t begin = i + 1;
    const StrictValue value = strict_value(text, begin, values.characters);
    if (value.problem) return refuse(&values, *value.problem);
    message.pairs.push_back({std::string(text.substr(key, i - key)), strict_text(text, begin, value.end)});
    i = value.end + 1;
  }
  return message;
}

ReadMessage read_by_search(const ReceiverModel&, std::string_view text) {
  ReadMessage message;
  std::size_t value = 0;
  const auto add_value = [&](std::size_t end) {
    if (!message.pairs.empty()) message.pairs.back().value = text.substr(value, end - value);
  };
  for (std::size_t i = 0; i < text.size();) {
    // A key begins at the start of the text or behind white space, and ends in the first `=` that has no backslash
    // in front of it; no `=` stands in it.
    const std::size_t begin = i == 0 && !is_blank(text[0]) ? 0 : i + 1;
    if (begin != 0 && !is_blank(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = begin;
    while (end < text.size() && text[end] != '=' && !is_blank(text[end])) ++end;
    if (end == begin || end >= text.size() || text[end] != '=' || text[end - 1] == '\\') {
      i = begin == 0 ? 1 : i + 1;
      continue;
    }
    add_value(begin == 0 ? 0 : i);
    message.pairs.push_back({std::string(text.substr(begin, end - begin)), {}});
    value = i = end + 1;
  }
  add_value(text.size());
  return message;
}

ReadMessage read_recovering(const ReceiverModel& model, std::string_view text) {
  return Recovering(model, text).read();
}

}  // namespace flowcef
