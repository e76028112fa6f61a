// Turns a mapping and a template into a program. Its parts: this file's run() and what every part needs (compiler.cpp),
// event rules (compiler_events.cpp), the keys of the mapping (compiler_keys.cpp), and everything that no key took
// (compiler_generated.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "derived_values.hpp"
#include "flowcef/map/program.hpp"

namespace flowcef {

class Compiler {
 public:
  Compiler(const Mapping& mapping, const Template& layout, const CompileOptions& options);

  [[nodiscard]] Program run();

 private:
  // ---- event rules: what a template decides is decided here, not per record
  void choose_events();
  /// Returns: nothing if that is up to the record or the exporter.
  [[nodiscard]] std::optional<bool> decide(const Condition& condition) const;
  [[nodiscard]] std::optional<bool> decide_element(const Condition& condition) const;
  /// Input:   where to go on if the condition holds and if not
  /// Returns: where its tests begin
  std::int32_t add_tests(const Condition& condition, std::int32_t yes, std::int32_t no);
  std::int32_t add_test(const Condition& condition, std::int32_t yes, std::int32_t no);
  [[nodiscard]] const Field* find(const ElementMatch& element) const;

  // ---- conditions
  void prepare_conditions();
  std::uint8_t condition_of(const Field& field);

  // ---- keys of the mapping
  void add_key(const MappedKey& key);
  bool add_context(const MappedKey& key, ContextValue value);
  bool add_flow_time(const MappedKey& key, bool start);
  bool add_icmp(const MappedKey& key, ContextValue value);
  bool add_sampling(const MappedKey& key, ContextValue value);
  bool add_name(const MappedKey& key, ContextValue value);
  bool add_element(const MappedKey& key, const ElementMatch& element);
  bool add_mapped_ipv4(const MappedKey& key, const ElementMatch& element);
  void take(const MappedKey& key, std::size_t index, Instruction instruction, bool shows_all);
  /// Returns: the next bit for misses; 0 if there is none left
  std::uint64_t take_miss();
  bool choose_op(const MappedKey& key, const Field& field, Instruction& instruction);
  /// The field's number is shown as its text in the table.
  void look_up_in(const ValueTable& table, const Field& field, Instruction& instruction);
  bool set_text_limit(const MappedKey& key, const Field& field, Instruction& instruction);
  bool set_limit(const Field& field, std::uint64_t limit, Instruction& instruction);
  bool set_time(const Field& field, Instruction& instruction);

  // ---- everything that no key took
  void add_generated_keys();
  void add_list(std::size_t index, const std::string& key);
  void add_generated_names();
  void add_generated_interval();
  void add_long_flow();
  void add_raw_keys();
  /// A template may hold an element several times: the second one's key ends in 2, and so on.
  std::string unique_key(const std::string& key);

  // ---- output
  /// The instruction that writes a field as it stands, by its type and length.
  Instruction value_of(const Field& field);
  /// A lookup in an options table, under the condition that it has rows.
  Instruction lookup(Op op, OptionsTable table);
  Instruction sampling_instruction(Op op, std::uint64_t limit);
  void emit(Instruction instruction, const std::string& key, const std::string& label);
  Literal add_literal(const std::string& text);

  template <class T>
  static std::uint32_t push(std::vector<T>& items, const T& item) {
    items.push_back(item);
    return static_cast<std::uint32_t>(items.size() - 1);
  }

  /// What became of a name that options data may have.
  struct SentName {
    bool taken = false;       ///< a key of the mapping shows it
    std::uint64_t after = 0;  ///< unless it is cut there: then this bit is set
  };

  const Mapping& mapping_;
  const Template& layout_;
  CompileOptions options_;
  Program program_;
  std::vector<const EventRule*> rules_;        ///< of program_.events, in the same order
  std::vector<bool> sent_;                     ///< by field: a key of the mapping took it
  std::vector<std::uint64_t> steps_in_after_;  ///< by field: the bit after which its generated key is sent; 0: none
  std::map<ContextValue, SentName> names_;
  bool interval_taken_ = false;
  std::uint64_t next_miss_ = 1;
  std::set<std::string> used_keys_;
  std::map<std::string, unsigned> repeats_;                     ///< of a generated key: the last number given
  std::map<std::pair<bool, std::uint32_t>, std::size_t> uses_;  ///< by place: how many instructions show it
};

}  // namespace flowcef
