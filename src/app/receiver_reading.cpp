#include "flowcef/app/receiver_reading.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <unordered_map>
#include <utility>

#include "flowcef/app/sent_line.hpp"
#include "flowcef/config/quoted_text.hpp"
#include "receiver_readers.hpp"
#include "receiver_types.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kVersion = 4;  // where it stands behind `CEF:`

/// Values of the same line are compared in the zone's quarters of an hour, as a time of day says no zone.
constexpr std::int64_t kQuarter = 15 * 60 * 1000;

std::string lower(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

class Reading {
 public:
  Reading(const ReceiverModel& model, std::string_view message, Transport transport)
      : model_(model), message_(message), sent_(take_apart(message)) {
    cut(transport);
  }

  ReceiverReading make() && {
    if (check_envelope()) read();
    return std::move(reading_);
  }

 private:
  using Finding = ReceiverFinding;

  void note(const ReceiverRule& rule, std::string_view key, std::string shown) {
    reading_.findings.push_back({&rule, std::string(key), std::move(shown)});
  }

  bool refuse(const ReceiverRule& rule, std::string shown) {
    note(cut_ == nullptr ? rule : *cut_, {}, std::move(shown));
    reading_.taken = false;
    return false;
  }

  void cut(Transport transport) {
    cef_ = sent_.cef;
    const ReceiverRule* const rule = model_.find(ReceiverCheck::length);
    if (rule == nullptr || message_.size() <= rule->bytes || rule->transport.value_or(transport) != transport) return;
    cut_ = rule;
    const std::size_t lost = message_.size() - rule->bytes;
    cef_.remove_suffix(std::min(lost, cef_.size()));
    note(*rule, {}, std::to_string(message_.size()) + " bytes");
  }

  bool check_envelope() {
    if (const auto* rule = model_.find(ReceiverCheck::routing)) {
      if (!sent_.program.starts_with(rule->program) && !message_.contains(rule->text)) {
        return refuse(*rule, in_quotes(message_));
      }
    }
    const bool has_other_header = !message_.starts_with('<') && cef_.size() < message_.size();
    if (const auto* rule = model_.find(ReceiverCheck::host); rule != nullptr && has_other_header) {
      note(*rule, {}, in_quotes(message_.substr(0, message_.size() - cef_.size())));
    }
    if (const auto* rule = model_.find(ReceiverCheck::second_start)) {
      const std::size_t at = cef_.find(rule->text, 1);
      if (at != std::string_view::npos) return refuse(*rule, in_quotes(cef_.substr(at)));
    }
    return check_header();
  }

  bool check_header() {
    const ReceiverRule& bars = *model_.find(ReceiverCheck::header);
    const std::size_t bar = cef_.find('|');
    if (cef_.size() <= kVersion || bar == std::string_view::npos) return refuse(bars, in_quotes(message_));
    const std::string_view version = cef_.substr(kVersion, bar - kVersion);
    if (const auto* rule = model_.find(ReceiverCheck::version)) {
      if (std::ranges::find(rule->accepted, version) == rule->accepted.end()) {
        return refuse(*rule, "CEF:" + shortened(version));
      }
    }
    if (const auto* rule = model_.find(ReceiverCheck::shortest); rule != nullptr && cef_.size() < rule->bytes) {
      return refuse(*rule, std::to_string(cef_.size()) + " bytes");
    }
    const ReadHeader header = read_header_as(model_, cef_);
    if (header.refused != nullptr) return refuse(*header.refused, header.problem);
    if (const auto* rule = model_.find(ReceiverCheck::severity)) {
      if (header.severity.find_first_not_of(rule->characters) != std::string_view::npos) {
        return refuse(*rule, in_quotes(header.severity));
      }
    }
    extension_ = header.extension;
    if (extension_ < sent_.extension) {
      shifted_ = &bars;
      note(bars, {}, in_quotes(cef_.substr(0, sent_.extension)));
    }
    return true;
  }

  void read() {
    std::string_view text = cef_.substr(extension_);
    if (const auto* rule = model_.find(ReceiverCheck::first_letter); rule != nullptr && !text.empty()) {
      if (text.front() != ' ') first_letter_ = rule;
      text.remove_prefix(1);
    }
    ReadMessage message = take_apart_as(text);
    if (message.refused != nullptr) {
      refuse(*message.refused, std::move(message.problem));
      return;
    }
    for (const ReadPair& pair : message.malformed) {
      note(cut_ == nullptr ? *model_.find(ReceiverCheck::values) : *cut_, pair.key, pair.value);
    }
    if (model_.reader == ReceiverReader::search) drop_empty(message.pairs);
    keep_last(message.pairs);
    compare();
    drop_empty(reading_.pairs);
    check_time();
    rename_slots();
    replace_characters();
    convert();
  }

  [[nodiscard]] ReadMessage take_apart_as(std::string_view text) const {
    switch (model_.reader) {
      case ReceiverReader::strict:
        return read_strictly(model_, text);
      case ReceiverReader::search:
        return read_by_search(model_, text);
      case ReceiverReader::recover:
        return read_recovering(model_, text);
    }
    return {};
  }

  /// Of several values of a key, where the first one stood.
  void keep_last(const std::vector<ReadPair>& pairs) {
    const auto* rule = model_.find(ReceiverCheck::repeated);
    std::unordered_map<std::string_view, std::size_t> places;
    for (const ReadPair& pair : pairs) {
      const auto [known, is_new] = places.emplace(pair.key, reading_.pairs.size());
      if (is_new) {
        reading_.pairs.push_back(pair);
        continue;
      }
      std::string& kept = reading_.pairs[known->second].value;
      if (rule != nullptr) note(*rule, pair.key, in_quotes(kept));
      kept = pair.value;
    }
  }

  [[nodiscard]] const ReadPair* find(std::string_view key) const {
    const auto pair = std::ranges::find(reading_.pairs, key, &ReadPair::key);
    return pair == reading_.pairs.end() ? nullptr : &*pair;
  }

  [[nodiscard]] bool is_noted(std::string_view key) const {
    return std::ranges::any_of(reading_.findings, [key](const Finding& finding) { return finding.key == key; });
  }

  /// Notes keys that the receiver has not found, or has found with another value.
  void compare() {
    std::unordered_map<std::string_view, const ReadPair*> read;
    for (const ReadPair& pair : reading_.pairs) read.emplace(pair.key, &pair);
    for (std::size_t i = 0; i < sent_.pairs.size(); ++i) {
      const SentPair& sent = sent_.pairs[i];
      const auto found = read.find(sent.key);
      const ReadPair* const pair = found == read.end() ? nullptr : found->second;
      if (pair != nullptr && pair->value == sent.value) continue;
      if (const ReceiverRule* rule = cause_of(sent, i == 0, pair); rule != nullptr && !is_noted(sent.key)) {
        note(*rule, sent.key, pair != nullptr ? in_quotes(pair->value) : in_quotes(sent.key + '=' + sent.value));
      }
    }
  }

  [[nodiscard]] const ReceiverRule* cause_of(const SentPair& sent, bool first, const ReadPair* read) const {
    if (first && read == nullptr && first_letter_ != nullptr) return first_letter_;
    if (first && read == nullptr && shifted_ != nullptr) return shifted_;
    const ReceiverRule* const kept = model_.find(ReceiverCheck::unescape);
    if (read != nullptr && sent.is_escaped && kept != nullptr) return kept;
    if (cut_ != nullptr) return cut_;
    const ReceiverRule* const empty = model_.find(ReceiverCheck::empty);
    if (read == nullptr && sent.value.empty() && empty != nullptr) return empty;
    if (read != nullptr && is_repeated(sent.key)) return nullptr;
    return model_.find(read == nullptr ? ReceiverCheck::keys : ReceiverCheck::values);
  }

  [[nodiscard]] bool is_repeated(std::string_view key) const {
    return std::ranges::count(sent_.pairs, key, &SentPair::key) > 1;
  }

  void drop_empty(std::vector<ReadPair>& pairs) {
    const auto* rule = model_.find(ReceiverCheck::empty);
    if (rule == nullptr || rule->effect != ReceiverEffect::key) return;
    std::erase_if(pairs, [&](const ReadPair& pair) {
      if (pair.value.empty()) note(*rule, pair.key, in_quotes(pair.key + '='));
      return pair.value.empty();
    });
  }

  /// Times in milliseconds are not looked at: the syslog header's time is the event's.
  void check_time() {
    const auto* rule = model_.find(ReceiverCheck::time);
    if (rule == nullptr) return;
    const auto is_long = [&](const std::string& key) {
      const ReadPair* const pair = find(key);
      return pair != nullptr &&
             std::min(pair->value.find_first_not_of("0123456789"), pair->value.size()) >= rule->bytes;
    };
    if (std::ranges::none_of(rule->keys, is_long)) return;
    const ReadPair* const pair = find(rule->keys.front());
    if (pair == nullptr || header_says(pair->value)) return;
    note(*rule, pair->key, sent_.time ? "the time of the syslog header" : "the time of arrival");
  }

  /// To the second.
  [[nodiscard]] bool header_says(std::string_view milliseconds) const {
    std::int64_t ms = 0;
    std::from_chars(milliseconds.data(), milliseconds.data() + milliseconds.size(), ms);
    if (!sent_.time) return false;
    std::int64_t apart = std::abs(sent_.time->ms - ms);
    if (sent_.time->is_time_of_day) apart = std::min(apart % kQuarter, kQuarter - apart % kQuarter);
    return apart <= 1000;
  }

  /// `cs1Label=L cs1=v` becomes `L=v`, whatever L was before; labels go.
  void rename_slots() {
    const auto* rule = model_.find(ReceiverCheck::labels);
    if (rule == nullptr) return;
    std::vector<std::string> keys;
    for (const ReadPair& pair : reading_.pairs) keys.push_back(pair.key);
    for (const std::string& key : keys) {
      if (!key.ends_with(rule->text)) continue;
      const ReadPair* const label = find(key);
      if (label == nullptr) continue;
      const std::string name = label->value;
      // As the original: all letters of the suffix are taken off the end, however many there are.
      const std::string slot = key.substr(0, key.find_last_not_of(rule->text) + 1);
      const ReadPair* const value = find(slot);
      if (value == nullptr) {
        note(*rule, key, in_quotes(key + '=' + name));
      } else {
        put(name, std::string(value->value), slot, *rule);
        erase(slot);
      }
      erase(key);
    }
  }

  void replace_characters() {
    const auto* rule = model_.find(ReceiverCheck::key_characters);
    if (rule == nullptr) return;
    std::vector<ReadPair> pairs = std::exchange(reading_.pairs, {});
    for (const ReadPair& pair : pairs) {
      std::string name = pair.key;
      for (char& c : name) {
        if (rule->characters.contains(c)) c = rule->text.front();
      }
      put(name, pair.value, pair.key, *rule);
    }
  }

  /// Sets a key that another one may have already, whose value is then lost.
  void put(const std::string& name, std::string value, std::string_view key, const ReceiverRule& rule) {
    const auto taken = std::ranges::find(reading_.pairs, name, &ReadPair::key);
    if (taken == reading_.pairs.end()) {
      reading_.pairs.push_back({name, std::move(value)});
      return;
    }
    note(rule, name, in_quotes(taken->value) + " is overwritten by that of " + std::string(key));
    taken->value = std::move(value);
  }

  void erase(std::string_view key) {
    std::erase_if(reading_.pairs, [key](const ReadPair& pair) { return pair.key == key; });
  }

  void convert() {
    const auto* rule = model_.find(ReceiverCheck::types);
    if (rule == nullptr) return;
    std::erase_if(reading_.pairs, [&](const ReadPair& pair) {
      const auto type = rule->types.find(lower(pair.key));
      if (type == rule->types.end() || converts(pair.value, type->second)) return false;
      note(*rule, pair.key, in_quotes(pair.key + '=' + pair.value));
      return true;
    });
  }

  const ReceiverModel& model_;
  std::string_view message_;
  SentLine sent_;
  std::string_view cef_;
  std::size_t extension_ = 0;
  const ReceiverRule* cut_ = nullptr;           ///< the message was too long
  const ReceiverRule* shifted_ = nullptr;       ///< the header ends too early
  const ReceiverRule* first_letter_ = nullptr;  ///< is lost
  ReceiverReading reading_;
};

}  // namespace

ReceiverReading read_as(const ReceiverModel& model, std::string_view message, Transport transport) {
  return Reading(model, message, transport).make();
}

}  // namespace flowcef
