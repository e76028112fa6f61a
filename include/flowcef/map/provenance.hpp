// Where the values of a line come from: what a compiled program reads of a record, and what it writes it to.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "flowcef/map/program.hpp"

namespace flowcef {

/// Returns:  the key that the instruction writes, without its label; empty for those of lists, whose values have keys
///           of their own, and for those that write nothing
/// Lifetime: views the program.
[[nodiscard]] std::string_view key_of(const Program& program, const Instruction& instruction) noexcept;

/// Input:   one of the program's instructions, made for that layout
/// Returns: indexes into Template::fields, of all that the value may follow from; the first is the one that it states.
///          Empty for a value of the export or of the mapping.
[[nodiscard]] std::vector<std::size_t> fields_read(const Program& program, const Template& layout,
                                                   const Instruction& instruction);

/// Returns: whether the instruction shows its first field, be it as a time; false if the field only leads to the value,
///          as an interface's number does to its name.
[[nodiscard]] bool shows_field(const Program& program, const Instruction& instruction) noexcept;

/// Returns: indexes into Template::fields of those that the event rules look at, in ascending order, each once.
[[nodiscard]] std::vector<std::size_t> fields_tested(const Program& program, const Template& layout);

/// Returns: the source as a mapping writes it: a name, `pen:id`, `@name` or `@lookup(element).column`.
[[nodiscard]] std::string source_text(const Mapping& mapping, const KeySource& source);

}  // namespace flowcef
