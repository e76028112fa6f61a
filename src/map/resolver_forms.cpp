#include <string>
#include <vector>

#include "context_names.hpp"
#include "resolver.hpp"

namespace flowcef {
namespace {

constexpr std::uint16_t kFlowEndSysUpTime = 21;
constexpr std::uint16_t kFlowStartSysUpTime = 22;
constexpr std::uint16_t kApplicationElement = 95;
constexpr std::uint16_t kFlowStartDeltaMicroseconds = 158;
constexpr std::uint16_t kFlowEndDeltaMicroseconds = 159;

/// One entry of `from`: a value of the export, a column of a lookup, an element, or bytes that no table knows.
struct Source {
  const PositionedText& text;
  const ContextName* context = nullptr;
  const ProbeColumn* column = nullptr;
  const InformationElement* element = nullptr;

  [[nodiscard]] DataType type() const { return element != nullptr ? element->type : DataType::octet_array; }

  [[nodiscard]] std::string described() const {
    if (context != nullptr) return text.text + ", which is " + std::string(type_text(context->type));
    if (column != nullptr) return text.text + ", which is a text of a lookup";
    return text.text + ", which is of type " + std::string(to_string(type()));
  }
};

/// Returns: without those whose name is unknown, which has been said already.
std::vector<Source> sources_of(const KeySpec& spec, const MappedKey& key, const ElementRegistry& registry) {
  std::vector<Source> sources;
  for (std::size_t i = 0; i < spec.from.size(); ++i) {
    Source source{spec.from[i]};
    const std::string& text = source.text.text;
    const KeySource& resolved = key.sources[i];
    if (resolved.column) {
      source.column = &*resolved.column;
    } else if (text.starts_with('@')) {
      source.context = find_context_name(text);
    } else {
      source.element = registry.find_by_name(text);
    }
    const bool by_number = !text.starts_with('@') && text.find(':') != std::string::npos;
    if (source.context != nullptr || source.column != nullptr || source.element != nullptr || by_number) {
      sources.push_back(source);
    }
  }
  return sources;
}

bool is_iana(const Source& source, std::uint16_t id) {
  return source.element != nullptr && source.element->id == ElementId{0, id};
}

bool holds_time(const Source& source) {
  if (source.context != nullptr) return source.context->type == CefType::timestamp;
  if (source.column != nullptr) return false;
  return is_time(source.type()) || is_iana(source, kFlowEndSysUpTime) || is_iana(source, kFlowStartSysUpTime) ||
         is_iana(source, kFlowStartDeltaMicroseconds) || is_iana(source, kFlowEndDeltaMicroseconds);
}

bool is_bytes(DataType type) {
  return type == DataType::octet_array || type == DataType::unsigned256 || is_list(type);
}

/// Event ids stay whole: nothing else tells two events apart.
bool can_be_cut(const Source& source, ValueForm form) {
  if (source.context != nullptr)
    return source.context->type == CefType::string && source.context->value != ContextValue::event_id;
  if (source.column != nullptr) return source.column->type == DataType::string;
  if (form == ValueForm::text || form == ValueForm::hex || form == ValueForm::base64) return true;
  if (form != ValueForm::plain) return false;
  return source.type() == DataType::string || (is_bytes(source.type()) && !is_iana(source, kApplicationElement));
}

bool is_address_number(ValueForm form) {
  return form == ValueForm::number || form == ValueForm::signed_number;
}

/// Returns: whether the form can be made of the source.
bool suits(ValueForm form, const Source& source) {
  if (source.column != nullptr) return form == ValueForm::plain;
  switch (form) {
    case ValueForm::plain:
      return true;
    case ValueForm::number:
    case ValueForm::signed_number:
      if (source.context != nullptr) return source.context->type == CefType::ipv4;
      return source.type() == DataType::ipv4_address;
    case ValueForm::text:
    case ValueForm::hex:
    case ValueForm::base64:
      return source.context == nullptr;
    case ValueForm::asn1_time:
      return source.context == nullptr && (source.type() == DataType::string || source.type() == DataType::octet_array);
  }
  return false;
}

std::string wanted_source(ValueForm form) {
  if (is_address_number(form)) return "expected an IPv4 address to show as a number";
  return form == ValueForm::asn1_time ? "expected a string or octets that hold a date" : "expected an element";
}

/// Returns: whether the dictionary's key takes what the form makes. The ranges of numbers are looked at per value.
bool suits(ValueForm form, CefType key) {
  if (key == CefType::string) return true;
  if (form == ValueForm::asn1_time) return key == CefType::timestamp;
  const bool number = key == CefType::integer || key == CefType::long_integer || key == CefType::floating;
  return is_address_number(form) && number;
}

std::string result_text(ValueForm form) {
  if (is_address_number(form)) return "a number";
  return form == ValueForm::asn1_time ? "a time" : "a string";
}

}  // namespace

void Resolver::resolve_form(const KeySpec& spec, MappedKey& key) {
  key.as_time = spec.time.has_value();
  key.time = spec.time.value_or(spec_.time);
  key.local_time = spec.local_time.value_or(spec_.local_time);
  key.unit = spec.unit;
  key.cut_at = spec.max_length.value_or(0);
  if (spec.form != ValueForm::plain) check_form(spec, key);
  check_time(spec, key);
  if (spec.unit) check_unit(spec, key);
  if (spec.max_length) check_max_length(spec, key);
}

void Resolver::check_form(const KeySpec& spec, const MappedKey& key) {
  const std::string name = key.key + ".as";
  if (spec.value) return fail(spec.form_where, name, "expected no form: the key is a constant");
  if (spec.table) return fail(spec.form_where, name, "expected no form beside a table");
  if (key.type && !suits(key.form, *key.type)) {
    fail(spec.form_where, name, "expected " + std::string(type_text(*key.type)) + ", got " + result_text(key.form));
    return;
  }
  for (const Source& source : sources_of(spec, key, registry_)) {
    if (!suits(key.form, source)) fail(spec.form_where, name, wanted_source(key.form) + ", got " + source.described());
  }
}

void Resolver::check_time(const KeySpec& spec, const MappedKey& key) {
  const bool cef_knows = key.time != TimeForm::epoch_s && key.time != TimeForm::iso8601;
  if (key.type == CefType::timestamp && !spec.value && !cef_knows) {
    fail(spec.time ? spec.time_where : spec.key.where, key.key + ".time",
         "expected epoch_ms or a text of CEF, which knows no such time",
         spec.time ? "" : "cef.time is for other keys: add time = \"epoch_ms\"");
  }
  if (!spec.time && !spec.local_time) return;
  const std::string name = key.key + (spec.time ? ".time" : ".zone");
  const SourcePosition& where = spec.time ? spec.time_where : spec.key.where;
  if (spec.value) return fail(where, name, "expected no time: the key is a constant");
  const bool other_form = key.form != ValueForm::plain && key.form != ValueForm::asn1_time;
  if (other_form || spec.table || spec.unit)
    return fail(where, name, "expected no time beside another form, a table or a unit");
  if (key.type && *key.type != CefType::timestamp && *key.type != CefType::string)
    return fail(where, name, "expected a key that takes times, which " + key.key + " does not");
  for (const Source& source : sources_of(spec, key, registry_)) {
    if (key.form == ValueForm::plain && !holds_time(source))
      fail(where, name, "expected a time, got " + source.described());
  }
}

void Resolver::check_unit(const KeySpec& spec, const MappedKey& key) {
  const std::string name = key.key + ".unit";
  if (spec.value) return fail(spec.unit_where, name, "expected no unit: the key is a constant");
  if (key.form != ValueForm::plain || spec.table)
    return fail(spec.unit_where, name, "expected no unit beside a form or a table");
  for (const Source& source : sources_of(spec, key, registry_)) {
    if (source.element == nullptr || !source.element->unit)
      fail(spec.unit_where, name, "expected a duration, got " + source.described(),
           "the column `units` of its table says whether it is one");
  }
}

void Resolver::check_max_length(const KeySpec& spec, const MappedKey& key) {
  const std::string name = key.key + ".max_length";
  if (spec.value) return fail(spec.key.where, name, "expected no limit: the key is a constant");
  if (spec.table)
    return fail(spec.key.where, name, "expected no limit beside a table", "[tables] can give its rows shorter texts");
  if (key.max_length != 0 && key.cut_at > key.max_length) {
    fail(spec.key.where, name,
         "expected at most " + std::to_string(key.max_length) + ", got " + std::to_string(key.cut_at),
         "the CEF dictionary gives the key no more");
  }
  for (const Source& source : sources_of(spec, key, registry_)) {
    const bool text_key = !key.type || *key.type == CefType::string;
    if (!text_key || !can_be_cut(source, key.form))
      fail(spec.key.where, name, "expected text or bytes to cut, got " + source.described());
  }
}

}  // namespace flowcef
