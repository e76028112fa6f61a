// Reads the `[[identity]]` tables.
#pragma once

#include "flowcef/config/toml_reader.hpp"
#include "flowcef/config/uniqueness.hpp"
#include "flowcef/decode/identity_config.hpp"

namespace flowcef {

class IdentityLoader {
 public:
  /// Adds to `rules` what one table says. Errors go to the table's collector.
  void read(TableReader& table, std::vector<IdentityRule>& rules);

 private:
  Uniqueness senders_;
};

}  // namespace flowcef
