#include <algorithm>
#include <string>

#include "conditions.hpp"
#include "constant_value.hpp"
#include "flowcef/core/cef_escape.hpp"
#include "resolver.hpp"

namespace flowcef {
namespace {

std::string set_path(const ConstantSpec& spec) {
  return "event.set." + spec.key.text;
}

/// Says where the other thing is that a mistake is about.
std::string place_of(const SourcePosition& other, const SourcePosition& here) {
  const std::string line = "line " + std::to_string(other.line);
  return other.file == here.file ? line : line + " of " + other.file;
}

}  // namespace

EventRule Resolver::resolve_event(const EventSpec& spec) {
  EventRule rule;
  rule.where = spec.where;
  const std::size_t errors = errors_.size();
  if (spec.when) rule.when = resolve_condition(*spec.when, 1);
  if (spec_.whole && errors_.size() == errors) check_reachable(spec, rule);
  if (spec.drop) return rule;
  rule.header = header_of(spec);
  rule.severity = static_cast<std::uint8_t>(spec.severity);
  for (const ConstantSpec& constant : spec.set) {
    rule.header += resolve_set(constant, spec);
    if (std::ranges::find(rule.set_keys, constant.key.text) != rule.set_keys.end()) {
      fail(constant.key.where, set_path(constant), "expected each key only once");
    }
    rule.set_keys.push_back(constant.key.text);
  }
  return rule;
}

std::string Resolver::header_of(const EventSpec& spec) const {
  const auto text = [](const std::optional<PositionedText>& own, const PositionedText& common) {
    return own ? own->text : common.text;
  };
  std::string header = "CEF:" + std::to_string(spec_.version);
  for (const std::string& part : {text(spec.vendor, spec_.vendor), text(spec.product, spec_.product),
                                  text(spec.device_version, spec_.device_version), spec.signature.text, spec.name.text,
                                  std::to_string(spec.severity)}) {
    header += '|' + escape_header_field(part);
  }
  header += '|';
  return header;
}

std::string Resolver::resolve_set(const ConstantSpec& spec, const EventSpec& event) {
  KeySpec key_spec;
  key_spec.key = spec.key;
  const std::size_t errors = errors_.size();
  check_key_name(key_spec);
  if (errors_.size() != errors) return {};
  const CefKey* entry = find_cef_key(spec.key.text, dictionary_);
  if (const auto expected = expected_constant(spec.value.text, entry)) {
    const std::string got = escape_extension_value(spec.value.text).empty() ? "none" : '"' + spec.value.text + '"';
    fail(spec.value.where, set_path(spec), "expected " + *expected + ", got " + got);
  }
  check_set_label(spec, event);
  const std::string pair = spec.key.text + '=' + escape_extension_value(spec.value.text) + ' ';
  return spec.label ? spec.key.text + "Label=" + escape_extension_value(spec.label->text) + ' ' + pair : pair;
}

void Resolver::check_set_label(const ConstantSpec& spec, const EventSpec& event) {
  const CefKey* wanted = find_cef_key(spec.key.text + "Label", dictionary_);
  if (!spec.label) {
    if (wanted != nullptr) {
      fail(spec.key.where, set_path(spec), "expected a label", "write { value = ..., label = \"what it holds\" }");
    }
    return;
  }
  const std::string path = set_path(spec) + ".label";
  if (wanted == nullptr) {
    fail(spec.label->where, path, "expected no label: only cs, cn, cfp, c6a, flex and deviceCustomDate keys have one");
    return;
  }
  if (const auto expected = expected_constant(spec.label->text, wanted)) {
    fail(spec.label->where, path, "expected " + *expected + ", got \"" + spec.label->text + '"');
  }
  const std::string label = escape_extension_value(spec.label->text);
  const auto has_label = [&](const auto& other) {
    return other.key.text != spec.key.text && other.label && escape_extension_value(other.label->text) == label;
  };
  const auto clashes_in_rule = [&](const ConstantSpec& other) {
    return other.key.text == label || (&other < &spec && has_label(other));
  };
  const auto clashes = [&](const KeySpec& other) {
    return other.key.text == label || has_label(other) || (other.text_table && other.key.text + "Text" == label);
  };
  if (may_be_key(label) || std::ranges::any_of(event.set, clashes_in_rule) ||
      std::ranges::any_of(spec_.keys, clashes)) {
    fail(spec.label->where, path, "expected a label of its own, got \"" + label + '"',
         "some SIEMs rename the slot to its label, so that equal names overwrite each other");
  }
}

void Resolver::check_reachable(const EventSpec& spec, const EventRule& rule) {
  if (const auto found = find_contradiction(rule.when)) {
    const SourcePosition& other = found->first->where;
    fail(found->second->where, "event.when",
         "can never match: no record fulfils this and the condition at " + place_of(other, found->second->where) +
             ", column " + std::to_string(other.column));
    return;
  }
  for (std::size_t i = 0; i < mapping_.events.size(); ++i) {
    if (!implies(rule.when, mapping_.events[i].when)) continue;
    fail(
        spec.where, "event",
        "can never match: the rule at " + place_of(spec_.events[i].where, spec.where) + " takes all that it would take",
        "put that rule behind it, or take one of them out");
    return;
  }
}

}  // namespace flowcef
