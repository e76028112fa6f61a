// Mappings made at random, of what the language allows, to fit a random template more often than not.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "flowcef/map/cef_dictionary.hpp"
#include "flowcef/map/mapping_spec.hpp"
#include "support/random_flows.hpp"
#include "support/reference_record.hpp"

namespace flowcef::test {

/// Lifetime: keeps references to all of them.
class RandomMappingMaker {
 public:
  RandomMappingMaker(const ElementRegistry& registry, RandomSource& random, RandomFlowMaker& flow_maker)
      : registry_(registry), random_(random), flow_maker_(flow_maker) {}

  [[nodiscard]] MappingSpec make(const RandomFlows& flows);

 private:
  // ---- the mapping as a whole
  void add_header(MappingSpec& spec);
  void add_unmapped(MappingSpec& spec);
  void add_tables(MappingSpec& spec);
  [[nodiscard]] std::string text();

  // ---- event rules
  [[nodiscard]] EventSpec event(const MappingSpec& spec);
  [[nodiscard]] ConditionSpec condition(unsigned depth);
  [[nodiscard]] ConditionSpec condition_part(unsigned depth);
  [[nodiscard]] std::optional<ConditionSpec> element_condition();
  void add_constants(const MappingSpec& spec, EventSpec& event);

  // ---- keys
  void add_key(MappingSpec& spec);
  [[nodiscard]] std::optional<std::string> source(const MappingSpec& spec, const KeySpec& key);
  [[nodiscard]] bool suits(const MappingSpec& spec, const KeySpec& key, DataType type) const;
  [[nodiscard]] bool suits(const MappingSpec& spec, const KeySpec& key, const std::string& name) const;
  void add_options(const MappingSpec& spec, KeySpec& key);
  [[nodiscard]] TimeForm time_form(bool text_only);
  [[nodiscard]] std::string new_label();

  /// Returns: an element of the template more often than not, named in one of the ways there are.
  [[nodiscard]] std::string element_name();
  [[nodiscard]] const CefKey* dictionary_row(const MappingSpec& spec, const std::string& key) const;

  const ElementRegistry& registry_;
  RandomSource& random_;
  RandomFlowMaker& flow_maker_;
  const RandomFlows* flows_ = nullptr;
  std::set<std::string> keys_;
  unsigned labels_ = 0;
};

inline PositionedText positioned(const std::string& text) {
  return {text, {}};
}

/// Returns: the mapping as text, to be read by whom a test failed.
[[nodiscard]] std::string describe(const ConditionSpec& condition);
[[nodiscard]] std::string describe(const MappingSpec& spec);

}  // namespace flowcef::test
