// Finds outputs that send to the same place.
#pragma once

#include <string>
#include <unordered_map>

#include "flowcef/config/config.hpp"
#include "flowcef/config/toml_reader.hpp"

namespace flowcef {

/// A receiver reads one format, so a destination has one output.
class Destinations {
 public:
  /// Input:  `to`: the key that names the destination of `output`; `mapping`: of outputs that name none
  /// Errors: adds one at `to`, or at the receiver in it, if an output before it sends there. It says what differs between their lines; if nothing
  ///         does, every event would arrive twice.
  void check(const ValueReader& to, const OutputConfig& output, const std::filesystem::path& mapping);

 private:
  struct First {
    OutputConfig output;
    TomlPlace place;
  };
  void check_one(const ValueReader& place, const std::string& destination, const OutputConfig& output,
                 const std::filesystem::path& mapping);

  std::unordered_map<std::string, First> first_;
};

}  // namespace flowcef
