#include <string>

#include "context_names.hpp"
#include "flowcef/core/nearest.hpp"
#include "flowcef/map/cef_escape.hpp"
#include "resolver.hpp"

namespace flowcef {
namespace {

constexpr std::string_view type_text(CefType type) {
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

bool suits(DataType element, CefType key) {
  switch (key) {
    case CefType::string:
      return true;
    case CefType::integer:
    case CefType::long_integer:
      return is_unsigned(element) || is_signed(element);
    case CefType::floating:
      return is_unsigned(element) || is_signed(element) || element == DataType::float32 || element == DataType::float64;
    case CefType::ipv4:
      return element == DataType::ipv4_address;
    case CefType::ipv6:
      return element == DataType::ipv6_address;
    case CefType::ip:
      return element == DataType::ipv4_address || element == DataType::ipv6_address;
    case CefType::mac:
      return element == DataType::mac_address;
    case CefType::timestamp:
      return is_time(element);
  }
  return false;
}

bool suits(CefType value, CefType key) {
  if (key == CefType::string || value == key) return true;
  if (key == CefType::ip) return value == CefType::ipv4 || value == CefType::ipv6;
  const bool whole = value == CefType::integer || value == CefType::long_integer;
  return whole && (key == CefType::floating || key == CefType::long_integer);
}

/// Numbers that are left out of a key whose limit they exceed, so that they may go to a 32-bit one.
bool is_checked_number(ContextValue value) {
  return value >= ContextValue::sampling_interval && value <= ContextValue::corrected_packets;
}

}  // namespace

MappedKey Resolver::resolve_key(const KeySpec& spec) {
  MappedKey key;
  key.key = spec.key.text;
  key.custom = spec.custom;
  resolve_dictionary(spec, key);
  resolve_label(spec, key);
  resolve_table(spec, key);
  for (const PositionedText& source : spec.from) key.sources.push_back(resolve_source(source, key));
  return key;
}

void Resolver::resolve_dictionary(const KeySpec& spec, MappedKey& key) {
  const CefKey* entry = find_cef_key(key.key, spec_.version);
  if (entry != nullptr && !entry->producer) {
    fail(spec.key.where, key.key, "expected a key that a device may set",
         "CEF keeps this one for ArcSight's connectors");
  } else if (key.key.ends_with("Label")) {
    fail(spec.key.where, key.key, "expected a key that does not end in Label",
         "give the label with the key it belongs to: cs1 = { from = ..., label = \"...\" }");
  } else if (entry != nullptr) {
    key.type = entry->type;
    key.max_length = entry->max_length;
  } else if (!key.key.starts_with(spec_.prefix.text) || key.key == spec_.prefix.text) {
    NearestWord nearest(key.key);
    for (const CefKey& known : cef_keys()) nearest.offer(known.key);
    const auto hint = nearest.result();
    fail(spec.key.where, key.key, "expected a key of the CEF dictionary or one that begins with " + spec_.prefix.text,
         hint ? "did you mean " + std::string(*hint) + '?' : "cef.prefix sets that beginning");
  }
}

void Resolver::resolve_label(const KeySpec& spec, MappedKey& key) {
  const bool wanted = find_cef_key(key.key + "Label", spec_.version) != nullptr;
  if (!spec.label) {
    if (wanted) fail(spec.key.where, key.key, "expected a label", "add label = \"what it holds\"");
    return;
  }
  if (!wanted)
    fail(spec.label->where, key.key + ".label",
         "expected no label: only cs, cn, cfp, c6a, flex and deviceCustomDate keys have one");
  key.label = escape_extension_value(spec.label->text);
  if (key.label.empty()) fail(spec.label->where, key.key + ".label", "expected a text, got none");
  if (!labels_and_keys_.insert(spec.label->text).second) {
    fail(spec.label->where, key.key + ".label", "expected a label of its own, got \"" + spec.label->text + '"',
         "some SIEMs rename the slot to its label, so that equal names overwrite each other");
  }
}

KeySource Resolver::resolve_source(const PositionedText& text, const MappedKey& key) {
  KeySource source;
  if (text.text.starts_with('@')) return resolve_context(text, key);
  source.element = resolve_element(text, key.key);
  const InformationElement* element = registry_.find_by_name(text.text);
  if (element != nullptr && key.type && key.table == nullptr && !suits(element->type, *key.type)) {
    fail(text.where, key.key,
         "expected " + std::string(type_text(*key.type)) + ", got " + element->name + ", which is of type " +
             std::string(to_string(element->type)));
  }
  if (element != nullptr && key.table != nullptr && !is_unsigned(element->type)) {
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
  const bool checked = is_checked_number(known->value) && key.type == CefType::integer;
  if (key.type && !checked && !suits(known->type, *key.type)) {
    fail(text.where, key.key,
         "expected " + std::string(type_text(*key.type)) + ", got " + std::string(type_text(known->type)));
  }
  return source;
}

}  // namespace flowcef
