// What value tables say of numbers. Here alone the reference renderer asks the map stage: for the rows' texts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "flowcef/decode/template.hpp"
#include "flowcef/map/mapping_spec.hpp"

namespace flowcef::test::reference {

/// A number of a field, and whether it says all that the field does.
struct TableNumber {
  std::uint64_t number = 0;
  bool whole = true;
};

/// Returns: what of the field's number the table is about.
[[nodiscard]] TableNumber table_number(const std::string& table, const Field& field, std::uint64_t number);

/// Returns: the number's text as the table has it; nothing if it has none. Not for tables of bits.
[[nodiscard]] std::optional<std::string> table_words(const MappingSpec& spec, const std::string& table,
                                                     std::uint64_t number);
/// Returns: the number's text, escaped; nothing if the table has none
[[nodiscard]] std::optional<std::string> table_text(const MappingSpec& spec, const std::string& table,
                                                    std::uint64_t number);

}  // namespace flowcef::test::reference
