// Root's rights by their parts: which of them a configuration needs, and giving up all others.
#pragma once

#include <string>
#include <vector>

#include "flowcef/config/config.hpp"

namespace flowcef {

/// Numbers as in linux/capability.h, each once.
using Capabilities = std::vector<int>;

/// Returns: what the bridge needs once its sockets are open, to open others like them: in a reload, or when an output
///          sends again.
/// Source:  capabilities(7)
[[nodiscard]] Capabilities needed_capabilities(const Config& config);

/// Returns: those of them that this thread may not use, by name: "cap_net_raw, cap_net_bind_service"; "" if none.
/// Errors: std::system_error
[[nodiscard]] std::string missing_capabilities(const Capabilities& needed);

/// Gives up all but these, of which it keeps those that it has; no program that it starts gets any.
/// Thread: before others are started, as each has capabilities of its own.
/// Errors: std::system_error
void keep_capabilities(const Capabilities& kept);

/// Takes from the process what could give it capabilities anew: those that programs may get, and what root's user id
/// stands for. A process that may not do that is left as it is.
/// Thread: as above, and while it has CAP_SETPCAP.
void bar_ways_to_capabilities();

}  // namespace flowcef
