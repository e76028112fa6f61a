// Turns [[replicate]] into a plain struct.
#pragma once

#include <string>
#include <vector>

#include "flowcef/config/config.hpp"
#include "flowcef/config/local_addresses.hpp"
#include "flowcef/config/toml_reader.hpp"
#include "flowcef/config/uniqueness.hpp"

namespace flowcef {

/// Input:   `table` with the dotted key `replicate[0]`; errors say `replicate.NAME` once the name is known. `inputs`: all
///          of them, of which none may listen where it sends to; `local`: the addresses of this host
/// Returns: what could be read; it is of use only if no error was added.
[[nodiscard]] ReplicateConfig load_replicate(TableReader& table, const std::vector<InputConfig>& inputs,
                                             const std::vector<IpAddress>& local, Uniqueness& names);

/// Returns: whether datagrams of the input go on.
[[nodiscard]] bool replicates_input(const ReplicateConfig& config, const InputConfig& input);

/// Returns: `replicate old: to 192.0.2.99:2055, source keep, exporters 10.0.0.0/8, formats all, inputs edge`
[[nodiscard]] std::string describe(const ReplicateConfig& config, const std::vector<InputConfig>& inputs);

}  // namespace flowcef
