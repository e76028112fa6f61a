#include "flowcef/config/mapping_merge.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "flowcef/config/mapping_option.hpp"
#include "flowcef/config/mapping_words.hpp"
#include "flowcef/config/quoted_text.hpp"
#include "flowcef/core/nearest.hpp"

namespace flowcef {
namespace {

template <class T>
void replace_if_given(std::optional<T>& into, const std::optional<T>& from) {
  if (from) into = from;
}

void merge_header(MappingHeader& into, const MappingHeader& from) {
  if (from.version || into.version_where.line == 0) into.version_where = from.version_where;
  replace_if_given(into.version, from.version);
  replace_if_given(into.dictionary, from.dictionary);
  replace_if_given(into.vendor, from.vendor);
  replace_if_given(into.product, from.product);
  replace_if_given(into.device_version, from.device_version);
  replace_if_given(into.prefix, from.prefix);
  replace_if_given(into.event_id, from.event_id);
  replace_if_given(into.swap_bytes, from.swap_bytes);
  replace_if_given(into.time, from.time);
  replace_if_given(into.local_time, from.local_time);
}

/// Returns: the prefix that is given, or that follows from vendor and product; empty if there is none.
PositionedText prefix_of(const MappingHeader& header) {
  if (header.prefix) return *header.prefix;
  if (!header.vendor || !header.product || header.vendor->text.empty() || header.product->text.empty()) return {};
  return {default_prefix(header.vendor->text, header.product->text), header.vendor->where};
}

template <class T>
void append(std::vector<T>& into, std::vector<T>& from) {
  into.insert(into.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

void rename_key(std::string& key, const std::string& from, const std::string& to) {
  if (!from.empty() && !to.empty() && key.starts_with(from)) key.replace(0, from.size(), to);
}

/// Rows of the same number are replaced, others follow.
void merge_rows(ValueTableSpec& into, ValueTableSpec& from) {
  std::map<std::uint64_t, std::size_t> places;
  for (std::size_t i = 0; i < into.rows.size(); ++i) places.emplace(into.rows[i].value, i);
  for (ValueTableSpec::Row& row : from.rows) {
    const auto [place, is_new] = places.try_emplace(row.value, into.rows.size());
    if (is_new) {
      into.rows.push_back(std::move(row));
    } else {
      into.rows[place->second] = std::move(row);
    }
  }
}

bool takes_everything(const EventSpec& event) {
  return !event.when;
}

TomlPlace place_of(const SourcePosition& where) {
  return {where.line, where.column};
}

}  // namespace

void MappingMerge::extend_by(MappingFile& file) {
  old_prefix_ = prefix_of(header_).text;
  has_cef_ = has_cef_ || file.has_cef;
  merge_header(header_, file.cef);
  const std::string prefix = prefix_of(header_).text;
  if (prefix != old_prefix_) rename_keys(old_prefix_, prefix);
  if (file.unmapped) spec_.unmapped = *file.unmapped;
  append(spec_.drop, file.drop);
  append(spec_.omit_zero, file.omit_zero);
  merge_events(file);
  merge_tables(file);
  merge_keys(file);
}

void MappingMerge::rename_keys(const std::string& from, const std::string& to) {
  for (KeySpec& key : spec_.keys) rename_key(key.key.text, from, to);
  for (EventSpec& event : spec_.events) {
    for (ConstantSpec& constant : event.set) rename_key(constant.key.text, from, to);
  }
}

void MappingMerge::merge_events(MappingFile& file) {
  has_events_ = has_events_ || file.has_events;
  if (std::ranges::any_of(file.events, takes_everything)) spec_.events.clear();
  std::vector<EventSpec> events = file.events;
  append(events, spec_.events);
  spec_.events = std::move(events);
}

void MappingMerge::merge_tables(MappingFile& file) {
  for (ValueTableSpec& table : file.tables) {
    const auto known = std::ranges::find_if(
        spec_.tables, [&](const ValueTableSpec& entry) { return entry.name.text == table.name.text; });
    if (known == spec_.tables.end()) {
      spec_.tables.push_back(std::move(table));
    } else {
      merge_rows(*known, table);
    }
  }
}

void MappingMerge::merge_keys(MappingFile& file) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < spec_.keys.size(); ++i) places.emplace(spec_.keys[i].key.text, i);
  for (MappingFileKey& key : file.keys) {
    if (key.taken_out) continue;
    const auto [place, is_new] = places.try_emplace(key.spec.key.text, spec_.keys.size());
    if (is_new) {
      spec_.keys.push_back(std::move(key.spec));
    } else {
      spec_.keys[place->second] = std::move(key.spec);
    }
  }
  for (const MappingFileKey& key : file.keys) {
    if (key.taken_out) take_key_out(file, key);
  }
}

void MappingMerge::take_key_out(MappingFile& file, const MappingFileKey& key) {
  const std::string& name = key.spec.key.text;
  const std::string path = "keys." + name;
  if (!file.extends) {
    file.errors.add(place_of(*key.taken_out), path, "expected " + std::string(kSourceForms) + ", got false",
                    "false takes a key of an extended mapping out, and this one extends none");
    return;
  }
  if (std::erase_if(spec_.keys, [&](const KeySpec& entry) { return entry.key.text == name; }) != 0) return;
  std::string renamed = name;
  rename_key(renamed, old_prefix_, prefix_of(header_).text);
  NearestWord nearest(renamed);
  for (const KeySpec& entry : spec_.keys) nearest.offer(entry.key.text);
  const auto near = nearest.result();
  file.errors.add(place_of(key.spec.key.where), path, "expected a key of the extended mapping, got " + in_quotes(name),
                  near ? "did you mean " + in_quotes(*near) + "?" : "false takes out a key that it has");
}

void MappingMerge::check_complete(std::span<MappingFile> files) {
  MappingFile& file = files.back();
  if (has_cef_) {
    check_cef(file);
  } else {
    file.errors.add({}, "cef", "missing, expected the table [cef]");
  }
  if (has_events_) {
    check_events(files);
  } else {
    file.errors.add({}, "event", "missing, expected at least one [[event]]");
  }
}

void MappingMerge::check_cef(MappingFile& file) const {
  const auto miss = [&file](const char* key, std::string_view expected, const char* hint = "") {
    file.errors.add(file.cef_place, key, "missing, expected " + std::string(expected), hint);
  };
  if (!header_.vendor) miss("cef.vendor", kVendorForms);
  if (!header_.product) miss("cef.product", kVendorForms);
  const bool has_names =
      header_.vendor && header_.product && !header_.vendor->text.empty() && !header_.product->text.empty();
  if (has_names && !header_.prefix && prefix_of(header_).text.empty()) {
    miss("cef.prefix", kKeyForms, "vendor and product have no letters to make it of");
  }
}

void MappingMerge::check_events(std::span<MappingFile> files) const {
  if (spec_.events.empty() || std::ranges::any_of(spec_.events, takes_everything)) return;
  const auto file = std::ranges::find_if(files, [](const MappingFile& entry) { return !entry.events.empty(); });
  file->errors.add(place_of(spec_.events.back().where), "event[" + std::to_string(file->events.size() - 1) + ']',
                   "expected a last rule without `when`, got a condition",
                   "add an [[event]] that takes what no other rule takes");
}

MappingSpec MappingMerge::take(const MappingFile& file) {
  spec_.file = file.path.string();
  spec_.version = header_.version.value_or(spec_.version);
  spec_.version_where = header_.version_where;
  spec_.dictionary = header_.dictionary;
  spec_.vendor = header_.vendor.value_or(PositionedText{});
  spec_.product = header_.product.value_or(PositionedText{});
  spec_.device_version = header_.device_version.value_or(PositionedText{});
  spec_.prefix = prefix_of(header_);
  spec_.event_id = header_.event_id.value_or(spec_.event_id);
  spec_.swap_bytes = header_.swap_bytes.value_or(spec_.swap_bytes);
  spec_.time = header_.time.value_or(spec_.time);
  spec_.local_time = header_.local_time.value_or(spec_.local_time);
  return std::move(spec_);
}

}  // namespace flowcef
