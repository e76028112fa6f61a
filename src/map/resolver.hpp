// Looks up every name in a mapping and checks what it says. Its parts: what every part needs (mapping.cpp), event rules
// (resolver_events.cpp) with their conditions (resolver_conditions.cpp), value tables (resolver_tables.cpp), keys
// (resolver_keys.cpp), lookups (resolver_lookups.cpp), the forms of values (resolver_forms.cpp), and what keys, labels and the prefix may be
// (resolver_checks.cpp).
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/core/lookup_reference.hpp"
#include "flowcef/map/mapping.hpp"

namespace flowcef {

/// Returns: `an IPv4 address` and the like, for error messages.
[[nodiscard]] std::string_view type_text(CefType type);
/// Returns: whether it is one of IPFIX's four types of times.
[[nodiscard]] bool is_time(DataType type);

/// Returns: whether values of that type, as they stand, suit a key of that one.
[[nodiscard]] bool suits(DataType value, CefType key);

class Resolver {
 public:
  Resolver(const MappingSpec& spec, const ElementRegistry& registry, const std::vector<LookupSchema>* lookups)
      : spec_(spec), registry_(registry), lookups_(lookups) {}

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
  /// Becomes `all` if there are several.
  void resolve_found(const ConditionSpec& spec, Condition& condition);
  void resolve_column_tests(const ConditionSpec& spec, Condition& condition);

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
  void check_custom(const KeySpec& spec, const MappedKey& key);
  KeySource resolve_source(const PositionedText& text, const MappedKey& key);
  KeySource resolve_context(const PositionedText& text, const MappedKey& key);

  // ---- lookups
  /// Returns: nothing after an error; so do the others
  std::optional<LookupReference> parse_lookup(const PositionedText& text, const std::string& key, bool column);
  std::optional<std::size_t> find_lookup(const LookupReference& reference, const SourcePosition& where,
                                         const std::string& key);
  /// Of a value or test with a column, or a question without one; a question gets a place in Mapping::probes.
  std::optional<ProbeColumn> resolve_lookup(const PositionedText& text, const std::string& key, bool column);
  void resolve_lookup_key(const LookupReference& reference, const LookupSchema* schema, const SourcePosition& where,
                          const std::string& key, MappedProbe& probe);
  void resolve_lookup_column(const LookupReference& reference, const LookupSchema& schema, const SourcePosition& where,
                             const std::string& key, ProbeColumn& column);
  KeySource resolve_lookup_source(const PositionedText& text, const MappedKey& key);

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
  const std::vector<LookupSchema>* lookups_;  ///< null: not known
  Mapping mapping_;
  ConfigErrors errors_;
  unsigned dictionary_ = 0;  ///< whose types keys have
};

}  // namespace flowcef
