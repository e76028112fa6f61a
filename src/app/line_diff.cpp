#include "flowcef/app/line_diff.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "flowcef/app/text_table.hpp"

namespace flowcef {
namespace {

constexpr std::size_t kMaxExample = 60;
constexpr std::size_t kMaxShown = 120;
constexpr std::size_t kTellingLength = 8;  ///< of a value, in bytes
constexpr std::size_t kLeastName = 4;      ///< of an element, in bytes
constexpr std::size_t kSignature = 4;      ///< in CefLine::header

std::size_t mix(std::size_t hash, std::size_t value) {
  return (hash ^ value) * 0x9e37'79b9'7f4a'7c15;
}

std::string pair_text(const char* sign, std::string_view key, std::string_view value) {
  return sign + std::string(key) + '=' + cut_for_display(value, kMaxShown);
}

/// Returns: `CEF:...|` as it stands on the line.
std::string_view header_text(std::string_view line, const CefLine& parts) {
  return line.substr(0, line.size() - parts.extension.size());
}

}  // namespace

LineDiff::LineDiff(std::string prefix_a, std::string prefix_b) : prefixes_{std::move(prefix_a), std::move(prefix_b)} {}

void LineDiff::add(std::string_view id, std::string_view a, std::string_view b) {
  ++records_;
  if (!a.empty()) read(0, a);
  if (!b.empty()) read(1, b);
  if (a == b) return;
  ++differing_;
  if (a.empty() || b.empty()) {
    add_one_sided(id, a.empty() ? 1 : 0);
  } else {
    compare(id);
  }
}

void LineDiff::read(std::size_t side, std::string_view line) {
  auto& [parts, keys] = sides_[side];
  if (!split_cef(line, parts)) parts = {{}, {}};
  fresh_.clear();
  ++lines_[side];
  bytes_[side] += line.size();
  header_bytes_[side] += header_text(line, parts).size();
  std::string_view rest = parts.extension;
  CefPair pair;
  std::size_t count = 0;
  for (; next_pair(rest, pair); ++count) {
    if (count == keys.size()) keys.push_back(nullptr);
    // Lines of a template have the same keys in the same places.
    Entry& entry = *(keys[count] = entry_of(pair.key, keys[count]));
    if (!is_on(entry, side) && ++entry.lines[side] == 1) fresh_.push_back(&entry);
    entry.bytes[side] += pair.key.size() + pair.value.size() + 2;
    entry.record[side] = records_;
    entry.value[side] = pair.value;
    if (!entry.example[side] && entry.differs == 0) entry.example[side] = cut_for_display(pair.value, kMaxExample);
  }
  keys.resize(count);
}

LineDiff::Entry* LineDiff::entry_of(std::string_view key, Entry* likely) {
  if (likely != nullptr && likely->key == key) return likely;
  if (const auto known = by_key_.find(key); known != by_key_.end()) return known->second;
  if (further_ != nullptr) return further_;
  Entry& entry = entries_.emplace_back();
  if (by_key_.size() == kMaxKeys) {
    entry.key = kFurtherKeys;
    return further_ = &entry;
  }
  entry.key = key;
  return by_key_[entry.key] = &entry;
}

void LineDiff::compare(std::string_view id) {
  differences_.clear();
  for (Entry* entry : sides_[0].keys) {
    if (entry == further_) continue;
    if (!is_on(*entry, 1)) {
      find_successors(*entry);
    } else if (entry->value[0] == entry->value[1]) {
      continue;
    }
    differences_.push_back(entry);
  }
  for (Entry* entry : sides_[1].keys) {
    if (entry != further_ && !is_on(*entry, 0)) differences_.push_back(entry);
  }
  for (Entry* entry : differences_) {
    if (entry->differs++ != 0) continue;
    for (std::size_t side = 0; side < 2; ++side) {
      entry->example[side].reset();
      if (is_on(*entry, side)) entry->example[side] = cut_for_display(entry->value[side], kMaxExample);
    }
  }
  compare_headers();
  keep_example(id);
}

void LineDiff::find_successors(Entry& entry) {
  const std::string_view value = entry.value[0];
  const std::size_t hash = std::hash<std::string_view>{}(value);
  std::erase_if(entry.successors, [&](Successor& successor) {
    if (!is_on(*successor.entry, 1)) return false;
    if (is_on(*successor.entry, 0) || successor.entry->value[1] != value) return true;
    ++successor.lines;
    successor.telling = successor.telling || successor.first_value != hash;
    return false;
  });
  for (Entry* other : fresh_) {
    if (is_on(*other, 0) || other->value[1] != value) continue;
    entry.successors.push_back({other, 1, hash, value.size() >= kTellingLength});
  }
}

void LineDiff::compare_headers() {
  const auto& a = sides_[0].line.header;
  const auto& b = sides_[1].line.header;
  if (a == b) {
    const bool of_further = further_ != nullptr && (is_on(*further_, 0) || is_on(*further_, 1));
    if (differences_.empty() && !of_further) ++reordered_;
    return;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    const auto known = std::ranges::find_if(header_changes_, [&](const HeaderChange& change) {
      return change.field == i && change.from == a[i] && change.to == b[i];
    });
    if (known != header_changes_.end()) {
      ++known->lines;
    } else if (changes_of_field_[i]++ < kMaxChanges) {
      header_changes_.push_back({i, std::string(a[i]), std::string(b[i]), 1});
    }
  }
}

void LineDiff::keep_example(std::string_view id) {
  if (examples_.size() == kExamples) return;
  const bool headers_differ = sides_[0].line.header != sides_[1].line.header;
  std::size_t kind = headers_differ ? 1 : 0;
  for (const Entry* entry : differences_) {
    kind = mix(mix(kind, std::hash<const Entry*>{}(entry)), is_on(*entry, 0) + 2U * is_on(*entry, 1));
  }
  if (std::ranges::find(kinds_, kind) != kinds_.end()) return;
  kinds_.push_back(kind);
  RecordDiff& example = examples_.emplace_back(std::string(id));
  const auto header_of = [&](std::size_t side) {
    std::string text = "CEF:";
    for (const std::string_view field : sides_[side].line.header) text += std::string(field) + '|';
    return cut_for_display(text, kMaxShown);
  };
  if (headers_differ) {
    example.lines.push_back("- " + header_of(0));
    example.lines.push_back("+ " + header_of(1));
  }
  for (const Entry* entry : differences_) {
    if (is_on(*entry, 0)) example.lines.push_back(pair_text("- ", entry->key, entry->value[0]));
    if (is_on(*entry, 1)) example.lines.push_back(pair_text("+ ", entry->key, entry->value[1]));
  }
  if (example.lines.empty()) example.lines.emplace_back("the same keys in another order");
}

void LineDiff::add_one_sided(std::string_view id, std::size_t side) {
  const std::string_view signature = sides_[side].line.header[kSignature];
  const auto known = std::ranges::find_if(
      one_sided_, [&](const OneSided& entry) { return entry.side == side && entry.signature == signature; });
  if (known != one_sided_.end()) {
    ++known->lines;
    return;
  }
  // As many as the mappings have events.
  one_sided_.push_back({side, std::string(signature), 1});
  if (examples_.size() == kExamples) return;
  examples_.push_back(
      {std::string(id),
       {(side == 0 ? "- the whole line, event " : "+ the whole line, event ") + std::string(signature)}});
}

std::vector<const KeyDiff*> LineDiff::keys() const {
  std::vector<const KeyDiff*> keys;
  for (const Entry& entry : entries_) keys.push_back(&entry);
  return keys;
}

std::vector<Renamed> LineDiff::take_renamed(std::vector<const KeyDiff*>& keys) const {
  std::vector<Renamed> renamed;
  const auto is_taken = [&](const KeyDiff& key) {
    return std::ranges::any_of(renamed, [&](const Renamed& pair) { return pair.from == &key || pair.to == &key; });
  };
  // That two keys always had the same one value says little, unless they bear the same element's name.
  for (const bool by_name : {true, false}) {
    for (const Entry& entry : entries_) {
      if (entry.lines[1] != 0 || is_taken(entry)) continue;
      const auto found = std::ranges::find_if(entry.successors, [&](const Successor& successor) {
        const Entry& to = *successor.entry;
        return to.lines[0] == 0 && to.differs == successor.lines && !is_taken(to) &&
               (by_name ? same_element(entry.key, to.key) : successor.telling);
      });
      if (found != entry.successors.end()) renamed.push_back({&entry, found->entry});
    }
  }
  std::erase_if(keys, [&](const KeyDiff* key) { return is_taken(*key); });
  return renamed;
}

bool LineDiff::same_element(const std::string& a, const std::string& b) const {
  const auto ends_alike = [](const std::string& key, const std::string& prefix, const std::string& other) {
    if (!key.starts_with(prefix) || key.size() - prefix.size() < kLeastName) return false;
    return other.ends_with(std::string_view(key).substr(prefix.size()));
  };
  return ends_alike(a, prefixes_[0], b) || ends_alike(b, prefixes_[1], a);
}

}  // namespace flowcef
