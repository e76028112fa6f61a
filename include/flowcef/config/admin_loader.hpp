// Turns [admin] into a plain struct.
#pragma once

#include "flowcef/admin/admin_config.hpp"
#include "flowcef/config/toml_reader.hpp"

namespace flowcef {

/// Input:  the top of the file; without the table, everything has its default.
/// Errors: to the reader's collector.
[[nodiscard]] AdminConfig load_admin(TableReader& root);

}  // namespace flowcef
