// Options that are text of a certain form. Each adds an error and returns nothing if the value has another.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "flowcef/config/toml_reader.hpp"
#include "flowcef/core/ip_prefix.hpp"

namespace flowcef {

/// Fit for logs, counters and file names.
[[nodiscard]] std::optional<std::string> name_option(const ValueReader& value);
[[nodiscard]] std::optional<IpPrefix> prefix_option(const ValueReader& value);
/// Whether a syslog header can have it as the name of the sender: 1 to 255 printable ASCII characters, no blanks.
[[nodiscard]] bool is_header_host(std::string_view text);
[[nodiscard]] std::optional<std::string> host_option(const ValueReader& value);
/// Of a user or group; whether there is one is not looked up.
[[nodiscard]] std::optional<std::string> account_option(const ValueReader& value);
/// Input:   `sha-256:` and 32 bytes in hex, in any case, with colons between all of them or none.
/// Returns: the bytes as 64 lower-case digits.
/// Source:  RFC 5425 section 4.2.2
[[nodiscard]] std::optional<std::string> fingerprint_option(const ValueReader& value);

}  // namespace flowcef
