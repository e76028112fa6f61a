// Which keys of a mapping stood on some line, and why the others did not.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "explain_record.hpp"

namespace flowcef {

/// Lifetime: keeps a reference to the mapping.
/// Thread:   one.
class KeyUsage {
 public:
  explicit KeyUsage(const Mapping& mapping);

  /// Takes a record and whether the input lets it through.
  void count(const DataSet& set, const TracedLine& line, bool let_through);
  /// Takes the first record of a template, to say why keys have no value in it.
  void note_reasons(const DataSet& set, const TracedLine& line, const RecordExplainer& explainer);

  /// In the order of the mapping.
  [[nodiscard]] std::vector<AbsentKey> absent() const;
  /// In the order of the mapping: those that took any record.
  [[nodiscard]] std::vector<RuleFinding> rules() const;

 private:
  struct Use {
    bool on_line = false;
    bool unsent = false;       ///< some record that is not sent has it, or would have
    bool in_template = false;  ///< some template has an element that it names
    std::string reason;        ///< why it had no value in some first record
  };
  /// Which key of the mapping each instruction of a program writes: a place in Mapping::keys, or kNone.
  struct ProgramKeys {
    std::vector<std::uint32_t> code;
    std::vector<std::uint32_t> lookups;
  };
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  static constexpr std::size_t kMaxPrograms = 4096;

  const ProgramKeys& keys_of(const DataSet& set, const Program& program);
  [[nodiscard]] std::uint32_t index_of(const Program& program, const Instruction& instruction) const;
  [[nodiscard]] std::string reason_of(std::size_t index) const;

  const Mapping& mapping_;
  std::vector<Use> uses_;                    ///< as Mapping::keys
  std::vector<std::uint64_t> rule_records_;  ///< as Mapping::events
  bool options_seen_ = false;
  bool data_seen_ = false;
  bool raw_ = false;                                         ///< the input wants raw records
  std::unordered_map<std::uint64_t, ProgramKeys> programs_;  ///< by serial
};

}  // namespace flowcef
