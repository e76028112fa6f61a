#include <algorithm>
#include <string>
#include <utility>

#include "constant_value.hpp"
#include "context_names.hpp"
#include "flowcef/core/cef_escape.hpp"
#include "flowcef/core/nearest.hpp"
#include "resolver.hpp"

namespace flowcef {

std::string_view type_text(CefType type) {
  switch (type) {
    case CefType::string:
      return "a string";
    case CefType::integer:
      return "a 32-bit number";
    case CefType::long_integer:
      return "a 64-bit number";
    case CefType::floating:
      return "a floating-point number";
    case CefType::ipv4:
      return "an IPv4 address";
    case CefType::ipv6:
      return "an IPv6 address";
    case CefType::ip:
      return "an IP address";
    case CefType::mac:
      return "a MAC address";
    case CefType::timestamp:
      return "a time";
  }
  return "";
}

bool is_time(DataType type) {
  return type >= DataType::date_time_seconds && type <= DataType::date_time_nanoseconds;
}

bool suits(DataType value, CefType key) {
  switch (key) {
    case CefType::string:
      return true;
    case CefType::integer:
    case CefType::long_integer:
      return is_unsigned(value) || is_signed(value);
    case CefType::floating:
      return is_unsigned(value) || is_signed(value) || value == DataType::float32 || value == DataType::float64;
    case CefType::ipv4:
      return value == DataType::ipv4_address;
    case CefType::ipv6:
      return value == DataType::ipv6_address;
    case CefType::ip:
      return value == DataType::ipv4_address || value == DataType::ipv6_address;
    case CefType::mac:
      return value == DataType::mac_address;
    case CefType::timestamp:
      return is_time(value);
  }
  return false;
}

namespace {

bool suits(CefType value, CefType key) {
  if (key == CefType::string || value == key) return true;
  if (key == CefType::ip) return value == CefType::ipv4 || value == CefType::ipv6;
  const bool whole = value == CefType::integer || value == CefType::long_integer;
  return whole && (key == CefType::floating || key == CefType::long_integer);
}

/// Returns: a constant as error messages show it.
std::string shown(const std::string& text) {
  constexpr std::size_t kLongest = 60;
  return text.size() <= kLongest ? '"' + text + '"' : "one of " + std::to_string(text.size()) + " bytes";
}

/// Numbers that are left out of a key whose limit they exceed, so that they may go to a 32-bit one.
bool is_checked_number(ContextValue value) {
  return value >= ContextValue::sampling_interval && value <= ContextValue::corrected_packets;
}

}  // namespace

std::vector<KeySpec> Resolver::effective_keys() const {
  std::vector<KeySpec> keys;
  for (KeySpec key : spec_.keys) {
    const bool filled = !key.from.empty();
    if (!spec_.event_id)
      std::erase_if(key.from, [](const PositionedText& source) { return source.text == "@event_id"; });
    if (!filled || !key.from.empty()) keys.push_back(std::move(key));
  }
  if (!spec_.swap_bytes) return keys;
  const auto in = std::ranges::find(keys, "in", [](const KeySpec& key) { return key.key.text; });
  const auto out = std::ranges::find(keys, "out", [](const KeySpec& key) { return key.key.text; });
  if (in != keys.end() && out != keys.end()) {
    std::swap(in->from, out->from);
    std::swap(in->value, out->value);
  } else if (in != keys.end()) {
    in->key.text = "out";
  } else if (out != keys.end()) {
    out->key.text = "in";
  }
  return keys;
}

MappedKey Resolver::resolve_key(const KeySpec& spec) {
  MappedKey key;
  key.key = spec.key.text;
  key.custom = spec.custom;
  key.omit = spec.omit;
  key.priority = spec.priority;
  key.options_record = spec.options_record;
  resolve_dictionary(spec, key);
  resolve_label(spec, key);
  resolve_table(spec, key);
  resolve_text_table(spec, key);
  resolve_constant(spec, key);
  key.form = spec.form;
  for (const PositionedText& source : spec.from) key.sources.push_back(resolve_source(source, key));
  resolve_form(spec, key);
  check_custom(spec, key);
  return key;
}

void Resolver::resolve_dictionary(const KeySpec& spec, MappedKey& key) {
  check_key_name(spec);
  const CefKey* entry = find_cef_key(key.key, dictionary_);
  if (entry == nullptr) return;
  key.type = entry->type;
  key.max_length = entry->max_length;
}

void Resolver::resolve_label(const KeySpec& spec, MappedKey& key) {
  const CefKey* wanted = find_cef_key(key.key + "Label", dictionary_);
  if (!spec.label) {
    if (wanted != nullptr) fail(spec.key.where, key.key, "expected a label", "add label = \"what it holds\"");
    return;
  }
  const std::string place = key.key + ".label";
  if (wanted == nullptr) {
    fail(spec.label->where, place, "expected no label: only cs, cn, cfp, c6a, flex and deviceCustomDate keys have one");
  } else if (const auto expected = expected_constant(spec.label->text, wanted)) {
    fail(spec.label->where, place, "expected " + *expected + ", got " + shown(spec.label->text));
  }
  key.label = escape_extension_value(spec.label->text);
}

void Resolver::resolve_constant(const KeySpec& spec, MappedKey& key) {
  if (!spec.value) return;
  const std::string place = key.key + ".value";
  const std::string& text = spec.value->text;
  if (const auto expected = expected_constant(text, find_cef_key(key.key, dictionary_))) {
    fail(spec.value->where, place, "expected " + *expected + ", got " + shown(text));
  }
  for (const auto& option : {spec.table, spec.text_table}) {
    if (option) fail(option->where, place, "expected no table for a constant");
  }
  key.constant = escape_extension_value(text);
}

/// Lookups have no generated keys, so that it would say nothing.
void Resolver::check_custom(const KeySpec& spec, const MappedKey& key) {
  const auto is_column = [](const KeySource& source) { return source.column.has_value(); };
  if (!spec.custom || key.sources.empty() || !std::ranges::all_of(key.sources, is_column)) return;
  fail(spec.key.where, key.key + ".custom", "expected an element, got values of lookups alone",
       "they go out under this key only: leave custom out");
}

KeySource Resolver::resolve_source(const PositionedText& text, const MappedKey& key) {
  KeySource source;
  if (is_lookup_reference(text.text)) return resolve_lookup_source(text, key);
  if (text.text.starts_with('@')) return resolve_context(text, key);
  source.element = resolve_element(text, key.key);
  const InformationElement* element = registry_.find_by_name(text.text);
  if (element != nullptr && key.type && key.table == nullptr && key.form == ValueForm::plain &&
      !suits(element->type, *key.type)) {
    fail(text.where, key.key,
         "expected " + std::string(type_text(*key.type)) + ", got " + element->name + ", which is of type " +
             std::string(to_string(element->type)));
  }
  const bool looked_up = key.table != nullptr || key.text_table != nullptr;
  if (element != nullptr && looked_up && !is_unsigned(element->type)) {
    fail(text.where, key.key, "expected a number to look up in a table, got " + element->name);
  }
  return source;
}

void Resolver::resolve_table(const KeySpec& spec, MappedKey& key) {
  if (!spec.table) return;
  const std::string place = key.key + ".table";
  key.table = find_table(*spec.table, place);
  if (key.table == nullptr) return;
  if (key.type && key.type != CefType::string) {
    fail(spec.table->where, place, "expected no table, as the key holds " + std::string(type_text(*key.type)));
  } else if (key.max_length != 0 && key.table->longest_text() > key.max_length) {
    fail(spec.table->where, place,
         "expected texts of at most " + std::to_string(key.max_length) + " bytes, as the key holds, got up to " +
             std::to_string(key.table->longest_text()));
  }
  for (const PositionedText& source : spec.from) {
    if (!source.text.starts_with('@')) continue;
    fail(source.where, place, "expected an element to look up in a table, got " + source.text,
         source.text == "@icmp_type" ? "@icmp_type_name is its name" : "");
  }
}

void Resolver::resolve_text_table(const KeySpec& spec, MappedKey& key) {
  if (!spec.text_table) return;
  const std::string place = key.key + ".text";
  key.text_table = find_table(*spec.text_table, place);
  if (key.type) {
    fail(spec.text_table->where, place, "expected no text beside a key of the CEF dictionary",
         "use table = ... to send the text in place of the number");
  }
}

KeySource Resolver::resolve_context(const PositionedText& text, const MappedKey& key) {
  KeySource source;
  const ContextName* known = find_context_name(text.text);
  if (known == nullptr) {
    NearestWord nearest(text.text);
    for (const ContextName& entry : context_names()) nearest.offer(entry.name);
    const auto hint = nearest.result();
    fail(text.where, key.key, "expected a value of the export, got \"" + text.text + '"',
         hint ? "did you mean " + std::string(*hint) + '?' : "mappings/README.md lists the @ names");
    return source;
  }
  source.context = known->value;
  if (key.text_table != nullptr) {
    fail(text.where, key.key, "expected an element to look up in a table, got " + text.text);
  }
  const bool checked = is_checked_number(known->value) && key.type == CefType::integer;
  if (key.type && key.form == ValueForm::plain && !checked && !suits(known->type, *key.type)) {
    fail(text.where, key.key,
         "expected " + std::string(type_text(*key.type)) + ", got " + std::string(type_text(known->type)));
  }
  return source;
}

}  // namespace flowcef
