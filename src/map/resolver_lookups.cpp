#include <algorithm>
#include <string>
#include <utility>

#include "flowcef/core/cef_escape.hpp"
#include "flowcef/core/nearest.hpp"
#include "resolver.hpp"

namespace flowcef {
namespace {

constexpr const char* kWhen = "event.when";
/// Stands for one that was refused: no rule tests the same.
const ProbeColumn kNoColumn{.probe = kMaxProbes, .name = {}};

/// What of values makes them suit each other as keys of a lookup.
enum class KeyKind : std::uint8_t { number, text, address, other };

KeyKind kind_of(DataType type) {
  if (is_unsigned(type) || is_signed(type)) return KeyKind::number;
  if (type == DataType::string) return KeyKind::text;
  const bool address = type == DataType::ipv4_address || type == DataType::ipv6_address;
  return address ? KeyKind::address : KeyKind::other;
}

bool suits_key(DataType element, DataType key) {
  return kind_of(element) == kind_of(key) && (kind_of(key) != KeyKind::other || element == key);
}

std::string key_text(DataType type) {
  switch (kind_of(type)) {
    case KeyKind::number:
      return "a number";
    case KeyKind::text:
      return "a text";
    case KeyKind::address:
      return "an address";
    case KeyKind::other:
      break;
  }
  return "one of type " + std::string(to_string(type));
}

std::string count_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " element" : " elements");
}

/// Texts of lookups stand on the line as they are; a floating-point number or time might be none that CEF takes.
bool can_fill(DataType column, CefType key) {
  return key != CefType::floating && key != CefType::timestamp && suits(column, key);
}

}  // namespace

std::optional<LookupReference> Resolver::parse_lookup(const PositionedText& text, const std::string& key, bool column) {
  auto reference = parse_lookup_reference(text.text);
  if (reference && reference->column.empty() != column) return reference;
  fail(text.where, key,
       std::string("expected ") + (column ? "@LOOKUP(ELEMENT).COLUMN" : "@LOOKUP(ELEMENT)") + ", got \"" + text.text +
           '"',
       column ? "" : "a column is tested as a condition of its own");
  return std::nullopt;
}

std::optional<std::size_t> Resolver::find_lookup(const LookupReference& reference, const SourcePosition& where,
                                                 const std::string& key) {
  const auto known = std::ranges::find(*lookups_, reference.lookup, &LookupSchema::name);
  if (known != lookups_->end()) return static_cast<std::size_t>(known - lookups_->begin());
  NearestWord nearest(reference.lookup);
  for (const LookupSchema& schema : *lookups_) nearest.offer(schema.name);
  const auto hint = nearest.result();
  fail(where, key, "expected a lookup, got \"" + std::string(reference.lookup) + '"',
       hint ? "did you mean " + std::string(*hint) + '?' : "[[lookup]] in flowcef.toml makes one");
  return std::nullopt;
}

std::optional<ProbeColumn> Resolver::resolve_lookup(const PositionedText& text, const std::string& key, bool column) {
  const auto reference = parse_lookup(text, key, column);
  if (!reference) return std::nullopt;
  const std::size_t errors = errors_.size();
  MappedProbe probe;
  probe.text = reference->question();
  if (lookups_ != nullptr) probe.lookup = find_lookup(*reference, text.where, key);
  const LookupSchema* schema = probe.lookup ? &(*lookups_)[*probe.lookup] : nullptr;
  resolve_lookup_key(*reference, schema, text.where, key, probe);
  ProbeColumn result;
  result.name = reference->column;
  if (column && schema != nullptr) resolve_lookup_column(*reference, *schema, text.where, key, result);
  if (errors_.size() != errors) return std::nullopt;
  auto& probes = mapping_.probes;
  result.probe = static_cast<std::size_t>(std::ranges::find(probes, probe.text, &MappedProbe::text) - probes.begin());
  if (result.probe != probes.size()) return result;
  if (probes.size() == kMaxProbes) {
    fail(text.where, key,
         "expected at most " + std::to_string(kMaxProbes) + " different questions to lookups, got " + probe.text +
             " as one more");
    return std::nullopt;
  }
  probes.push_back(std::move(probe));
  return result;
}

void Resolver::resolve_lookup_key(const LookupReference& reference, const LookupSchema* schema,
                                  const SourcePosition& where, const std::string& key, MappedProbe& probe) {
  const std::string lookup(reference.lookup);
  for (const std::string_view name : reference.elements) {
    probe.elements.push_back(resolve_element({std::string(name), where}, key));
  }
  if (schema == nullptr) return;
  if (schema->key.size() != reference.elements.size()) {
    return fail(where, key,
                "expected " + count_text(schema->key.size()) + " to ask " + lookup + " by, got " +
                    count_text(reference.elements.size()));
  }
  for (std::size_t i = 0; i < schema->key.size(); ++i) {
    const std::string name(reference.elements[i]);
    const InformationElement* element = registry_.find_by_name(name);
    if (element == nullptr || suits_key(element->type, schema->key[i])) continue;
    fail(where, key,
         "expected " + key_text(schema->key[i]) + " to ask " + lookup + " by, got " + name + ", which is of type " +
             std::string(to_string(element->type)));
  }
}

void Resolver::resolve_lookup_column(const LookupReference& reference, const LookupSchema& schema,
                                     const SourcePosition& where, const std::string& key, ProbeColumn& column) {
  const auto known = std::ranges::find(schema.columns, reference.column, &LookupColumn::name);
  if (known != schema.columns.end()) {
    column.column = static_cast<std::size_t>(known - schema.columns.begin());
    column.type = known->type;
    return;
  }
  NearestWord nearest(reference.column);
  std::string all;
  for (const LookupColumn& candidate : schema.columns) {
    nearest.offer(candidate.name);
    all += (all.empty() ? "it has " : ", ") + candidate.name;
  }
  const auto hint = nearest.result();
  fail(where, key, "expected a column of " + schema.name + ", got \"" + std::string(reference.column) + '"',
       hint ? "did you mean " + std::string(*hint) + '?' : all);
}

KeySource Resolver::resolve_lookup_source(const PositionedText& text, const MappedKey& key) {
  KeySource source;
  source.column = resolve_lookup(text, key.key, true);
  if (!source.column || lookups_ == nullptr) return source;
  if (key.text_table != nullptr) {
    fail(text.where, key.key, "expected an element to look up in a table, got " + text.text);
  } else if (key.type && key.table == nullptr && key.form == ValueForm::plain &&
             !can_fill(source.column->type, *key.type)) {
    fail(text.where, key.key,
         "expected " + std::string(type_text(*key.type)) + ", got " + text.text + ", which is of type " +
             std::string(to_string(source.column->type)),
         "lookups fill keys of texts, whole numbers and addresses");
  }
  return source;
}

void Resolver::resolve_found(const ConditionSpec& spec, Condition& condition) {
  for (const PositionedText& word : spec.words) {
    const auto probe = resolve_lookup(word, std::string(kWhen) + ".found", false);
    Condition& part = condition.parts.emplace_back();
    part.kind = Condition::Kind::found;
    part.where = word.where;
    part.column = probe.value_or(kNoColumn);
  }
  condition.kind = Condition::Kind::all;
  if (condition.parts.size() != 1) return;
  Condition only = std::move(condition.parts.front());
  condition = std::move(only);
}

void Resolver::resolve_column_tests(const ConditionSpec& spec, Condition& condition) {
  condition.column = resolve_lookup(spec.element, kWhen, true).value_or(kNoColumn);
  for (const TestSpec& test : spec.tests) {
    const auto* text = std::get_if<std::string>(&test.value);
    const auto* number = std::get_if<std::uint64_t>(&test.value);
    std::string shown = text != nullptr ? escape_extension_value(*text) : std::string();
    if (number != nullptr) shown = std::to_string(*number);
    if (shown.empty()) {
      fail(test.where, kWhen, "expected a text that is not empty, or a number, for " + spec.element.text,
           "lookups are compared as texts");
    }
    condition.texts.push_back(std::move(shown));
  }
}

}  // namespace flowcef
