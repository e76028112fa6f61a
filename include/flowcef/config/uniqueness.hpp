// Finds texts that are used twice, over all tables of a file.
#pragma once

#include <string>
#include <unordered_map>

#include "flowcef/config/toml_reader.hpp"

namespace flowcef {

class Uniqueness {
 public:
  /// Errors: adds one at `value` if `text` was there before.
  void check(const ValueReader& value, const std::string& text);

 private:
  std::unordered_map<std::string, TomlPlace> first_;
};

}  // namespace flowcef
