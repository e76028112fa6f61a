// Counts what a receiver would lose of an output's lines, for the user.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/app/receiver_model.hpp"

namespace flowcef {

/// Lifetime: keeps a reference to the model.
class ReceiverReport {
 public:
  /// Input: `output`: its name; `transport`: how it sends.
  ReceiverReport(const ReceiverModel& model, std::string output, Transport transport);

  /// Input: a message without its framing.
  void add(std::string_view message);

  /// Returns: whether a line or key would be lost; values that arrive otherwise are not lost.
  [[nodiscard]] bool loses_anything() const;
  /// One line, then a paragraph for every rule that a line broke.
  [[nodiscard]] std::string to_string() const;

 private:
  /// A rule that lines broke.
  struct Breach {
    std::uint64_t lines = 0;
    std::map<std::string, std::uint64_t> keys;  ///< with how many lines
    std::string shown;                          ///< of the first line
    std::string line;
  };

  [[nodiscard]] std::size_t distinct_keys(ReceiverEffect effect) const;
  [[nodiscard]] std::string to_string(const ReceiverRule& rule, const Breach& breach) const;

  const ReceiverModel& model_;
  std::string output_;
  Transport transport_;
  std::uint64_t lines_ = 0;
  std::uint64_t lost_lines_ = 0;
  std::vector<Breach> breaches_;  ///< by rule
};

}  // namespace flowcef
