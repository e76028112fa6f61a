// What stands in the built-in value tables. Texts are plain ASCII without `\`, `=` or blanks at their ends.
#pragma once

#include <span>
#include <string_view>

#include "flowcef/map/value_table.hpp"

namespace flowcef {

struct BuiltInTable {
  std::string_view name;
  std::span<const ValueRow> rows;
  TableShape shape;
};

/// Of elements that tell about flows, NAT, firewalls and the exporter.
[[nodiscard]] std::span<const BuiltInTable> flow_tables();
/// Of fields in packet headers.
[[nodiscard]] std::span<const BuiltInTable> packet_tables();
[[nodiscard]] std::span<const BuiltInTable> dns_tables();
[[nodiscard]] std::span<const BuiltInTable> tls_tables();

}  // namespace flowcef
