// What `flowcef elements` and `flowcef tables` print.
#pragma once

#include <filesystem>
#include <memory>
#include <ostream>
#include <string_view>

#include "flowcef/app/translation.hpp"

namespace flowcef {

/// Writes a line for each element, by number, with the keys under which a record that had no other element would show it.
/// Input:   part of a name or of an enterprise's name in upper or lower case, a key, a number, `PEN:NUMBER`, `PEN:`, or
///          `v9:NUMBER`; empty: all
/// Returns: whether there are any; if not, `err` has the nearest names.
[[nodiscard]] bool list_elements(std::ostream& out, std::ostream& err, const Translation& translation,
                                 std::string_view pattern);

/// Writes a line for each value table, or for each row of the one that is named.
/// Returns: whether there is one of that name; if not, `err` has the nearest one.
[[nodiscard]] bool list_tables(std::ostream& out, std::ostream& err, const Translation& translation,
                               std::string_view name);

/// The translation that the options ask for.
/// Input:  either file may be empty: the configuration's mapping, or the default one
/// Errors: printed on stderr
[[nodiscard]] std::unique_ptr<const Translation> load_listed(const std::filesystem::path& config,
                                                             const std::filesystem::path& mapping);

}  // namespace flowcef
