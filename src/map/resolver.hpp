// Looks up every name in a mapping and checks what it says. Its parts: what every part needs (mapping.cpp), event rules
// (resolver_events.cpp), value tables (resolver_tables.cpp) and keys (resolver_keys.cpp).
#pragma once

#include <expected>
#include <set>
#include <string>

#include "flowcef/map/mapping.hpp"

namespace flowcef {

class Resolver {
 public:
  Resolver(const MappingSpec& spec, const ElementRegistry& registry) : spec_(spec), registry_(registry) {}

  [[nodiscard]] std::expected<Mapping, ConfigErrors> run();

 private:
  void fail(const SourcePosition& where, std::string key, std::string problem, std::string hint = {});
  ElementMatch resolve_element(const PositionedText& text, const std::string& key);

  // ---- event rules
  EventRule resolve_event(const EventSpec& spec);

  // ---- value tables
  void resolve_own_table(const ValueTableSpec& spec);
  /// Returns: null if there is none of that name, which is an error at its place.
  const ValueTable* find_table(const PositionedText& name, const std::string& key);

  // ---- keys
  MappedKey resolve_key(const KeySpec& spec);
  void resolve_dictionary(const KeySpec& spec, MappedKey& key);
  void resolve_label(const KeySpec& spec, MappedKey& key);
  void resolve_table(const KeySpec& spec, MappedKey& key);
  KeySource resolve_source(const PositionedText& text, const MappedKey& key);
  KeySource resolve_context(const PositionedText& text, const MappedKey& key);

  const MappingSpec& spec_;
  const ElementRegistry& registry_;
  Mapping mapping_;
  ConfigErrors errors_;
  std::set<std::string> labels_and_keys_;
};

}  // namespace flowcef
