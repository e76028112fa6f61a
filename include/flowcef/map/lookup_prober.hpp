// Asks the lookups that a program's keys and event rules show or test, for one record at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "flowcef/decode/data_set.hpp"
#include "flowcef/lookup/lookup_reader.hpp"
#include "flowcef/map/program.hpp"

namespace flowcef {

/// Each question is asked once for a record, before its line is begun: then the room that the line takes is known, and
/// event rules, keys and a line that has to be shortened see the same answers.
/// Thread: one.
class LookupProber {
 public:
  /// From now on these are asked; null: none, nothing is ever found. They outlive the prober, or another call.
  void look_up_in(LookupReader* reader) noexcept {
    reader_ = reader;
    entries_ = {};
  }

  /// Asks for record `index`, between LookupReader::begin() and end().
  /// Returns: a bound for the bytes of the texts that the program's keys show of what was found
  [[nodiscard]] std::size_t prepare(const Program& program, const DataSet& set, std::uint32_t index) noexcept;

  /// What was found, by Program::probes; null: nothing.
  [[nodiscard]] std::span<const LookupEntry* const> entries() const noexcept { return entries_; }

 private:
  template <bool Variable>
  void ask(const Program& program, const DataSet& set, std::uint32_t index) noexcept;

  LookupReader* reader_ = nullptr;
  std::array<const LookupEntry*, kMaxProbes> entries_{};
};

}  // namespace flowcef
