#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "flowcef/core/cef_escape.hpp"
#include "flowcef/core/nearest.hpp"
#include "resolver.hpp"

namespace flowcef {
namespace {

/// Keys of `[keys]` that event rules may set. Each takes one of a program's 64 bits, of which keys need some as well.
constexpr std::size_t kMaxSetKeys = 32;
constexpr unsigned kNewestDictionary = 1;

std::string line_of(const SourcePosition& where) {
  return "line " + std::to_string(where.line);
}

bool is_key_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// Returns: whether a generated key may have that name; behind the prefix none begins with a small letter.
bool may_be_generated(const std::string& name, const std::string& prefix) {
  if (name.size() <= prefix.size() || !name.starts_with(prefix)) return false;
  const char first = name[prefix.size()];
  return !(first >= 'a' && first <= 'z') && std::ranges::all_of(name, is_key_character);
}

}  // namespace

void Resolver::check_prefix() {
  const std::string& prefix = spec_.prefix.text;
  const auto refuse = [&](const std::string& problem) {
    fail(spec_.prefix.where, "cef.prefix", problem, "it stands before every generated key");
  };
  if (find_cef_key(prefix, kNewestDictionary) != nullptr) {
    return refuse("expected a beginning of your own, got \"" + prefix + "\", a key of the CEF dictionary");
  }
  if (prefix.ends_with("Label")) return refuse("expected a beginning that does not end in Label");
  std::set<std::string_view> near;
  for (const CefKey& known : cef_keys()) {
    if (known.key.starts_with(prefix)) near.insert(known.key);
  }
  if (prefix.empty() || near.empty()) return;
  for (const std::string_view name : registry_.names()) {
    const InformationElement* element = registry_.find_by_name(name);
    if (element == nullptr) continue;
    const std::string key = generated_key(prefix, element->id, element);
    if (!near.contains(key)) continue;
    return refuse("expected another beginning: " + element->name + " would go out as " + key +
                  ", a key of the CEF dictionary");
  }
}

void Resolver::check_key_name(const KeySpec& spec) {
  const std::string& key = spec.key.text;
  const CefKey* entry = find_cef_key(key, dictionary_);
  if (entry != nullptr && !entry->producer) {
    fail(spec.key.where, key, "expected a key that a device may set", "CEF keeps this one for ArcSight's connectors");
  } else if (key.ends_with("Label")) {
    fail(spec.key.where, key, "expected a key that does not end in Label",
         "give the label with the key it belongs to: cs1 = { from = ..., label = \"...\" }");
  } else if (entry == nullptr && find_cef_key(key, kNewestDictionary) != nullptr) {
    fail(spec.key.where, key, "expected a key that the CEF dictionary of version 0 has or that is your own",
         "dictionary = 1 under [cef] has this one");
  } else if (entry == nullptr && (!key.starts_with(spec_.prefix.text) || key == spec_.prefix.text)) {
    NearestWord nearest(key);
    for (const CefKey& known : cef_keys()) nearest.offer(known.key);
    const auto hint = nearest.result();
    fail(spec.key.where, key, "expected a key of the CEF dictionary or one that begins with " + spec_.prefix.text,
         hint ? "did you mean " + std::string(*hint) + '?' : "cef.prefix sets that beginning");
  }
}

bool Resolver::may_be_key(const std::string& name) const {
  return find_cef_key(name, kNewestDictionary) != nullptr || may_be_generated(name, spec_.prefix.text);
}

/// No two things on a line may have one name; SIEMs give slots the name of their label.
void Resolver::check_names_on_line(const std::vector<KeySpec>& keys) {
  std::map<std::string, SourcePosition> taken;
  const auto claim = [&](const std::string& name, const SourcePosition& where, const std::string& place) {
    const auto [known, is_new] = taken.try_emplace(name, where);
    if (is_new) return;
    fail(where, place, "expected a key of its own, got " + name + ", which " + line_of(known->second) + " has",
         "each key stands on a line once");
  };
  for (const KeySpec& key : keys) claim(key.key.text, key.key.where, key.key.text);
  for (const KeySpec& key : keys) {
    if (key.text_table) claim(key.key.text + "Text", key.text_table->where, key.key.text + ".text");
    if (key.label) claim(key.key.text + "Label", key.label->where, key.key.text + ".label");
  }
  for (const EventSpec& event : spec_.events) {
    for (const ConstantSpec& constant : event.set) taken.try_emplace(constant.key.text, constant.key.where);
  }
  for (const KeySpec& key : keys) {
    if (!key.label) continue;
    const std::string label = escape_extension_value(key.label->text);
    if (!may_be_key(label) && taken.try_emplace(label, key.label->where).second) continue;
    fail(key.label->where, key.key.text + ".label", "expected a label of its own, got \"" + key.label->text + '"',
         "some SIEMs rename the slot to its label, so that equal names overwrite each other");
  }
}

void Resolver::check_set_keys(const std::vector<KeySpec>& keys) {
  std::set<std::string> names;
  std::set<std::string> texts;
  for (const KeySpec& key : keys) {
    names.insert(key.key.text);
    if (key.text_table) texts.insert(key.key.text + "Text");
  }
  std::set<std::string> set;
  for (const EventSpec& event : spec_.events) {
    for (const ConstantSpec& constant : event.set) {
      const std::string& key = constant.key.text;
      if (texts.contains(key)) {
        fail(constant.key.where, "event.set." + key, "expected a key that does not hold another key's text");
      }
      if (!names.contains(key) || !set.insert(key).second || set.size() != kMaxSetKeys + 1) continue;
      fail(constant.key.where, "event.set." + key,
           "expected at most " + std::to_string(kMaxSetKeys) + " keys of [keys] that rules set");
    }
  }
}

}  // namespace flowcef
