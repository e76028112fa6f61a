// Reads element tables: TAB-separated files that name what vendors' exporters send.
#pragma once

#include <expected>
#include <filesystem>
#include <string_view>
#include <vector>

#include "flowcef/core/element_row.hpp"
#include "flowcef/core/source_position.hpp"

namespace flowcef {

/// Reads every `*.tsv` of a folder in the order of their names; subfolders are left out.
/// Errors: all of them at once.
[[nodiscard]] std::expected<std::vector<ElementRow>, ConfigErrors> load_element_tables(
    const std::filesystem::path& folder);

/// Reads one table: a line `pen id name type units`, then one element a line; `#` begins a comment line.
/// Input: `file`: for positions; in files named `netflow9*` the first column is the word `v9`.
/// Errors: appended to `errors`; rows without errors are appended to `rows` all the same.
void parse_element_table(const std::filesystem::path& file, std::string_view text, std::vector<ElementRow>& rows,
                         ConfigErrors& errors);

}  // namespace flowcef
