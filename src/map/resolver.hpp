// Looks up every name in a mapping and checks what it says. Its parts: what every part needs (mapping.cpp), event rules
// (resolver_events.cpp) with their conditions (resolver_conditions.cpp), value tables (resolver_tables.cpp), keys
// (resolver_keys.cpp), the forms of their values (resolver_forms.cpp), and what keys, labels and the prefix may be
// (resolver_checks.cpp).
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/map/mapping.hpp"

namespace flowcef {

/// Returns: `an IPv4 address` and the like, for error messages.
[[nodiscard]] std::string_view type_text(CefType type);
/// Returns: whether it is one of IPFIX's four types of times.
[[nodiscard]] bool is_time(DataType type);

class Resolver {
 public:
  Resolver(const MappingSpec& spec, const ElementRegistry& registry) : spec_(spec), registry_(registry) {}

  [[nodiscard]] std::expected<Mapping, ConfigErrors> run();

 private:
  void fail(const SourcePosition& where, std::string key, std::string problem, std::string hint = {});
  ElementMatch resolve_element(const PositionedText& text, const std::string& key);

  // ---- event rules
  EventRule resolve_event(const EventSpec& spec);
  std::string header_of(const EventSpec& spec) const;
  /// Returns: `key=constant ` with its label in front; nothing after an error
  std::string resolve_set(const ConstantSpec& spec, const EventSpec& event);
  void check_set_label(const ConstantSpec& spec, const EventSpec& event);
  /// Rules that no record can reach.
  void check_reachable(const EventSpec& spec, const EventRule& rule);

  // ---- conditions of event rules
  /// Input: `depth` is 1 for the outermost table.
  Condition resolve_condition(const ConditionSpec& spec, unsigned depth);
  void resolve_exporters(const ConditionSpec& spec, Condition& condition);
  void resolve_formats(const ConditionSpec& spec, Condition& condition);
  void resolve_tests(const ConditionSpec& spec, Condition& condition);

  // ---- value tables
  void resolve_own_table(const ValueTableSpec& spec);
  /// Returns: null if there is none of that name, which is an error at its place.
  const ValueTable* find_table(const PositionedText& name, const std::string& key);

  // ---- keys
  /// The keys as they apply: without those of the event id if that is off, bytes swapped if so asked.
  [[nodiscard]] std::vector<KeySpec> effective_keys() const;
  MappedKey resolve_key(const KeySpec& spec);
  void resolve_dictionary(const KeySpec& spec, MappedKey& key);
  void resolve_label(const KeySpec& spec, MappedKey& key);
  void resolve_table(const KeySpec& spec, MappedKey& key);
  void resolve_text_table(const KeySpec& spec, MappedKey& key);
  void resolve_constant(const KeySpec& spec, MappedKey& key);
  KeySource resolve_source(const PositionedText& text, const MappedKey& key);
  KeySource resolve_context(const PositionedText& text, const MappedKey& key);

  // ---- what keys, labels and the prefix may be
  void check_prefix();
  void check_key_name(const KeySpec& spec);
  /// Returns: whether the dictionary has a key of that name, or an element's generated key may be called so.
  [[nodiscard]] bool may_be_key(const std::string& name) const;
  void check_names_on_line(const std::vector<KeySpec>& keys);
  void check_set_keys(const std::vector<KeySpec>& keys);
  // ---- forms of values
  void resolve_form(const KeySpec& spec, MappedKey& key);
  void check_form(const KeySpec& spec, const MappedKey& key);
  void check_time(const KeySpec& spec, const MappedKey& key);
  void check_unit(const KeySpec& spec, const MappedKey& key);
  void check_max_length(const KeySpec& spec, const MappedKey& key);

  const MappingSpec& spec_;
  const ElementRegistry& registry_;
  Mapping mapping_;
  ConfigErrors errors_;
  unsigned dictionary_ = 0;  ///< whose types keys have
};

}  // namespace flowcef
