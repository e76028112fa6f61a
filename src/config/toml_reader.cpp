#include "flowcef/config/toml_reader.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "flowcef/config/quoted_text.hpp"
#include "flowcef/config/size_and_duration.hpp"
#include "flowcef/core/nearest.hpp"

namespace flowcef {
namespace {

bool is_bare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::string key_text(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, is_bare) ? shortened(key) : in_quotes(key);
}

std::string real_text(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

struct Describe {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return real_text(value); }
  std::string operator()(const std::string& value) const { return in_quotes(value); }
  std::string operator()(const TomlDate&) const { return "a date or time"; }
  std::string operator()(const TomlValue::Array& value) const { return value.empty() ? "an empty array" : "an array"; }
  std::string operator()(const TomlValue::Table&) const { return "a table"; }
};

std::string range_text(const std::string& low, const std::string& high, std::string_view other = {}) {
  return low + ".." + high + (other.empty() ? "" : " or ") + std::string(other);
}

}  // namespace

void ErrorCollector::add(TomlPlace place, std::string key, std::string problem, std::string hint) {
  errors_.push_back({at(place), std::move(key), std::move(problem), std::move(hint)});
}

ConfigErrors ErrorCollector::take() {
  std::ranges::stable_sort(errors_, {},
                           [](const ConfigError& error) { return std::tuple(error.where.line, error.where.column); });
  return std::exchange(errors_, {});
}

bool ValueReader::is_word(std::string_view word) const {
  const auto* text = std::get_if<std::string>(&value_->data);
  return text != nullptr && *text == word;
}

bool ValueReader::is_false() const {
  const auto* boolean = std::get_if<bool>(&value_->data);
  return boolean != nullptr && !*boolean;
}

std::optional<std::string> ValueReader::text() const {
  if (const auto* text = std::get_if<std::string>(&value_->data)) return *text;
  refuse_as_not("text");
  return std::nullopt;
}

std::optional<std::string> ValueReader::text(std::string_view expected, bool (*fits)(std::string_view)) const {
  const auto* text = std::get_if<std::string>(&value_->data);
  if (text != nullptr && fits(*text)) return *text;
  refuse_as_not(expected);
  return std::nullopt;
}

std::optional<bool> ValueReader::boolean() const {
  if (const auto* boolean = std::get_if<bool>(&value_->data)) return *boolean;
  refuse_as_not("true or false");
  return std::nullopt;
}

std::optional<std::int64_t> ValueReader::integer(std::int64_t low, std::int64_t high, std::string_view other) const {
  const auto* integer = std::get_if<std::int64_t>(&value_->data);
  if (integer != nullptr && *integer >= low && *integer <= high) return *integer;
  refuse_as_not(range_text(std::to_string(low), std::to_string(high), other));
  return std::nullopt;
}

std::optional<std::size_t> ValueReader::size(std::int64_t low, std::int64_t high, std::string_view other) const {
  std::optional<std::int64_t> bytes;
  if (const auto* integer = std::get_if<std::int64_t>(&value_->data)) bytes = *integer;
  if (const auto* text = std::get_if<std::string>(&value_->data)) bytes = parse_size(*text);
  if (bytes && *bytes >= low && *bytes <= high) return static_cast<std::size_t>(*bytes);
  refuse_as_not("a size " + range_text(size_text(low), size_text(high), other),
                bytes ? "" : "units are B, KiB, MiB, GiB and TiB, as in \"64KiB\"");
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> ValueReader::duration(std::chrono::milliseconds low,
                                                               std::chrono::milliseconds high,
                                                               std::string_view other) const {
  std::optional<std::chrono::milliseconds> duration;
  if (const auto* text = std::get_if<std::string>(&value_->data)) duration = parse_duration(*text);
  if (duration && *duration >= low && *duration <= high) return duration;
  refuse_as_not("a duration " + range_text(duration_text(low), duration_text(high), other),
                duration ? "" : "units are ms, s, m, h and d, as in \"5s\"");
  return std::nullopt;
}

std::optional<std::size_t> ValueReader::index_of(std::span<const std::string_view> words) const {
  const auto* text = std::get_if<std::string>(&value_->data);
  NearestWord nearest(text == nullptr ? std::string_view() : std::string_view(*text));
  for (std::size_t i = 0; text != nullptr && i < words.size(); ++i) {
    if (*text == words[i]) return i;
    nearest.offer(words[i]);
  }
  const auto near = nearest.result();
  refuse_as_not(listed(words), near ? "did you mean " + in_quotes(*near) + "?" : "");
  return std::nullopt;
}

std::vector<ValueReader> ValueReader::items(std::string_view what) const {
  const auto* array = std::get_if<TomlValue::Array>(&value_->data);
  if (array == nullptr || array->empty()) {
    refuse_as_not(what);
    return {};
  }
  std::vector<ValueReader> items;
  items.reserve(array->size());
  for (std::size_t i = 0; i < array->size(); ++i) {
    items.emplace_back((*array)[i], path_ + '[' + std::to_string(i) + ']', *errors_);
  }
  return items;
}

std::vector<ValueReader> ValueReader::one_or_more(std::string_view what) const {
  if (std::holds_alternative<TomlValue::Array>(value_->data)) return items(what);
  return {*this};
}

std::optional<TableReader> ValueReader::table(std::string_view what) const {
  if (const auto* table = std::get_if<TomlValue::Table>(&value_->data)) {
    return TableReader(*table, value_->where, path_, *errors_);
  }
  refuse_as_not(what);
  return std::nullopt;
}

void ValueReader::refuse(std::string problem, std::string hint) const {
  errors_->add(value_->where, path_, std::move(problem), std::move(hint));
}

void ValueReader::refuse_as_not(std::string_view expected, std::string hint) const {
  refuse("expected " + std::string(expected) + ", got " + std::visit(Describe{}, value_->data), std::move(hint));
}

std::optional<ValueReader> TableReader::find(std::string_view key) {
  if (std::ranges::find(known_, key) == known_.end()) known_.push_back(key);
  const auto member = std::ranges::find(*members_, key, &TomlMember::key);
  if (member == members_->end()) return std::nullopt;
  return ValueReader(member->value, path_to(key), *errors_);
}

std::optional<ValueReader> TableReader::require(std::string_view key, std::string_view expected) {
  auto value = find(key);
  if (!value) refuse(key, "missing, expected " + std::string(expected));
  return value;
}

std::vector<TableReader> TableReader::require_tables(std::string_view key) {
  if (!require(key, "at least one " + header_of(key))) return {};
  return find_tables(key);
}

std::vector<TableReader> TableReader::find_tables(std::string_view key) {
  const auto value = find(key);
  if (!value) return {};
  const std::string header = header_of(key);
  if (value->is_table()) {
    value->refuse_as_not(header, "double brackets, as there may be several");
    return {};
  }
  std::vector<TableReader> tables;
  for (const auto& item : value->items(header)) {
    if (auto table = item.table()) tables.push_back(std::move(*table));
  }
  return tables;
}

std::vector<TableReader::Entry> TableReader::unread() const {
  std::vector<Entry> entries;
  for (const auto& member : *members_) {
    if (std::ranges::find(known_, member.key) != known_.end()) continue;
    entries.push_back(
        {member.key, errors_->at(member.where), ValueReader(member.value, path_to(member.key), *errors_)});
  }
  return entries;
}

void TableReader::refuse_unread(std::span<const RenamedKey> renamed) const {
  for (const auto& entry : unread()) {
    const auto old = std::ranges::find(renamed, entry.key, &RenamedKey::before);
    refuse(entry, "unknown key",
           old == renamed.end() ? hint_among(entry.key, known_) : "it is called " + in_quotes(old->now) + " now");
  }
}

void TableReader::refuse(const Entry& entry, std::string problem, std::string hint) const {
  errors_->add({entry.where.line, entry.where.column}, entry.value.path(), std::move(problem), std::move(hint));
}

void TableReader::refuse(std::string_view key, std::string problem, std::string hint) const {
  errors_->add(place_, key.empty() ? path_ : path_to(key), std::move(problem), std::move(hint));
}

std::string TableReader::path_to(std::string_view key) const {
  return (path_.empty() ? "" : path_ + '.') + key_text(key);
}

std::string TableReader::header_of(std::string_view key) const {
  return "[[" + path_to(key) + "]]";
}

std::string hint_among(std::string_view wanted, std::span<const std::string_view> known) {
  NearestWord nearest(wanted);
  for (const std::string_view word : known) nearest.offer(word);
  if (const auto word = nearest.result()) return "did you mean " + in_quotes(*word) + "?";
  std::string hint = "known keys: ";
  for (const std::string_view word : known) {
    if (word != known.front()) hint += ", ";
    hint += word;
  }
  return hint;
}

std::string listed(std::span<const std::string_view> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i != 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace flowcef
