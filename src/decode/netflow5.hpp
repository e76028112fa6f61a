// NetFlow v5 as a built-in template, so that one path leads on from here.
#pragma once

#include "flowcef/decode/template.hpp"

namespace flowcef {

inline constexpr std::size_t kNetflow5HeaderLength = 24;
inline constexpr std::size_t kNetflow5RecordLength = 48;
inline constexpr std::size_t kNetflow5MaxRecords = 30;

/// Source: Cisco NetFlow v5 export format; IANA names for its fields.
[[nodiscard]] std::shared_ptr<const Template> make_netflow5_template(const ElementRegistry& registry);

}  // namespace flowcef
