// Turns a mapping and a template into a program. Its parts: this file's run() and what every part needs (compiler.cpp),
// event rules (compiler_events.cpp), the keys of the mapping (compiler_sources.cpp, compiler_keys.cpp), the forms of
// their values (compiler_forms.cpp), what comes out of lookups (compiler_lookups.cpp), and everything that no key took (compiler_generated.cpp).
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

/// Returns: whether the key's values have a form of their own.
[[nodiscard]] bool has_form(const MappedKey& key);
[[nodiscard]] bool holds_numbers(const MappedKey& key);
/// Returns: in bytes, by the mapping or else by the dictionary; 0: none
[[nodiscard]] std::uint16_t length_limit(const MappedKey& key);
/// Returns: the largest number that the key takes.
[[nodiscard]] std::uint64_t limit_of(const MappedKey& key, bool wide_in);
/// Returns: whether numbers below zero suit the key.
[[nodiscard]] bool holds_negative(const MappedKey& key);

class Compiler {
 public:
  Compiler(const Mapping& mapping, const Template& layout, const CompileOptions& options);

  [[nodiscard]] Program run();

 private:
  /// What keys of the mapping show of a field, a name or the sampling interval. What they may not show, or not whole,
  /// goes out under the generated key.
  struct Shown {
    bool taken = false;       ///< some key shows it
    bool whole = false;       ///< some key shows it whole, in every record
    bool as_well = false;     ///< it goes out under its generated key in any case
    bool omit_zero = false;   ///< some key leaves zero out on purpose
    bool may_miss = false;    ///< some key may be unable to show it, or to show it whole
    std::uint64_t after = 0;  ///< bits that are all set if no key showed it whole; 0: none can
    /// Of each key that may show it: bits that are all set if its turn came.
    std::vector<std::uint64_t> turns;
  };
  /// The key that is being compiled.
  struct Sources {
    std::uint64_t after = 0;          ///< bits that its instructions wait for
    std::optional<std::size_t> last;  ///< its last instruction, if that may find no value
    bool done = false;                ///< the last one finds a value in every record
  };

  /// Generated keys must differ from all that the mapping names.
  void take_keys_of_mapping();

  // ---- event rules: what a template decides is decided here, not per record
  void choose_events();
  void add_event(const EventRule& rule);
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
  /// Every key that some event of this template fills itself gets a bit, which the other events start with.
  void add_switches();
  void add_key(const MappedKey& key);
  void add_sources(const MappedKey& key);
  void add_constant(const MappedKey& key, const std::string& text);
  void add_context(const MappedKey& key, ContextValue value);
  void add_flow_time(const MappedKey& key, bool start);
  void add_icmp(const MappedKey& key, ContextValue value);
  void add_sampling(const MappedKey& key, ContextValue value);
  void add_name(const MappedKey& key, ContextValue value);
  void add_element(const MappedKey& key, const ElementMatch& element);
  /// A source that no record of the template needs is still sent under its generated key if the key is custom.
  void pass_over(const MappedKey& key, const KeySource& source);
  /// Returns: the field that the element stands for under that key, and the instruction that shows it.
  std::optional<std::pair<std::size_t, Instruction>> choose_field(const MappedKey& key, const ElementMatch& element);
  void add_mapped_ipv4(const MappedKey& key, const ElementMatch& element);
  void take(const MappedKey& key, std::size_t index, Instruction instruction, bool shows_all);
  void add_text(const MappedKey& key, const Field& field, std::uint8_t condition, std::uint64_t after);
  /// Lets the key's next instruction wait until its sources so far turn out to have no value.
  void wait_for_sources();
  /// Emits an instruction that shows the key by one of its sources.
  void show(const MappedKey& key, Instruction instruction);
  /// Returns: whether the key's next instruction may be skipped, so that what it would show goes out otherwise.
  [[nodiscard]] bool may_be_skipped() const;
  /// The key shows a value that the bridge generates a key of its own for.
  void take_derived(Shown& shown, Instruction& instruction, bool may_cut);
  /// Returns: the next bit for misses; 0 if there is none left
  std::uint64_t take_miss();
  /// The same, for a bit that a cut value sets as well.
  std::uint64_t take_partial_miss();
  bool choose_op(const MappedKey& key, const Field& field, Instruction& instruction);
  /// The field's number is shown as its text in the table.
  /// Returns: false if the field is no number
  bool set_table(const ValueTable& table, const Field& field, Instruction& instruction);
  bool set_text_limit(const MappedKey& key, const Field& field, Instruction& instruction);
  bool set_limit(const MappedKey& key, const Field& field, Instruction& instruction);
  /// The number is left out if it is above the limit.
  void limit_to(std::uint64_t limit, Instruction& instruction);

  // ---- forms of their values; false if the field cannot be shown in that form
  bool set_form(const MappedKey& key, const Field& field, Instruction& instruction);
  bool set_address_number(const MappedKey& key, Instruction& instruction);
  bool set_time(const MappedKey& key, const Field& field, Instruction& instruction);
  bool set_unit(const MappedKey& key, const Field& field, Instruction& instruction);
  bool set_bytes(const MappedKey& key, ValueForm form, Instruction& instruction);
  void set_time_style(const MappedKey& key, Instruction& instruction);

  // ---- what comes out of lookups
  /// Returns: whether its lookup is known and the template has all that it is asked by.
  [[nodiscard]] bool can_ask(std::size_t probe) const;
  /// Returns: its index in the program
  std::size_t use_probe(std::size_t probe);
  void add_column(const MappedKey& key, const ProbeColumn& column);

  // ---- everything that no key took
  void add_generated_keys();
  void add_generated_key(std::size_t index, const std::string& key);
  /// Returns: bits that are all set unless the mapping drops what no key had a turn to show.
  std::uint64_t had_turn(const Shown& shown);
  /// Returns: whether the mapping wants no generated key for the field.
  [[nodiscard]] bool is_dropped(std::size_t index) const;
  void add_list(std::size_t index, const std::string& key);
  /// Returns: whether a value goes out under its generated key, in some records at least.
  [[nodiscard]] bool wants_generated(const Shown& shown) const;
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
  Instruction lookup(Op op, std::initializer_list<OptionsTable> tables);
  Instruction sampling_instruction(Op op, std::uint64_t limit);
  void emit(Instruction instruction, const std::string& key, const std::string& label, bool unless_zero = false);
  /// Input: the literal as it stands on the line.
  void emit_literal(Instruction instruction, const std::string& literal);
  /// Returns: the key, with its label in front
  static std::string literal_of(const std::string& key, const std::string& label);
  Literal add_literal(const std::string& text);

  template <class T>
  static std::uint32_t push(std::vector<T>& items, const T& item) {
    items.push_back(item);
    return static_cast<std::uint32_t>(items.size() - 1);
  }

  const Mapping& mapping_;
  const Template& layout_;
  CompileOptions options_;
  Program program_;
  std::vector<const EventRule*> rules_;            ///< of program_.events, in the same order
  std::map<std::string, std::uint64_t> switches_;  ///< by key: its bit
  Sources sources_;
  std::vector<Shown> shown_;  ///< by field
  std::map<ContextValue, Shown> names_;
  std::map<std::size_t, std::size_t> probes_;  ///< of the mapping: index in the program
  Shown interval_;
  std::uint64_t next_miss_ = 1;
  std::set<std::string> used_keys_;
  std::map<std::string, unsigned> repeats_;                     ///< of a generated key: the last number given
  std::map<std::pair<bool, std::uint32_t>, std::size_t> uses_;  ///< by place: how many instructions show it
};

}  // namespace flowcef
