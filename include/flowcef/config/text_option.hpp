// Options that are text of a certain form. Each adds an error and returns nothing if the value has another.
#pragma once

#include <optional>
#include <string>

#include "flowcef/config/toml_reader.hpp"
#include "flowcef/core/ip_prefix.hpp"

namespace flowcef {

/// Fit for logs, counters and file names.
[[nodiscard]] std::optional<std::string> name_option(const ValueReader& value);
[[nodiscard]] std::optional<IpPrefix> prefix_option(const ValueReader& value);
/// The name of a sender in a syslog header.
[[nodiscard]] std::optional<std::string> host_option(const ValueReader& value);
/// Of a user or group; whether there is one is not looked up.
[[nodiscard]] std::optional<std::string> account_option(const ValueReader& value);

}  // namespace flowcef
