#include "support/reference_tables.hpp"

#include <map>
#include <vector>

#include "flowcef/map/program.hpp"
#include "flowcef/map/value_table.hpp"
#include "support/reference_values.hpp"

namespace flowcef::test::reference {
namespace {

/// Of tables whose rows are single bits: which, in their order.
const std::map<std::string, std::vector<std::uint64_t>>& bits_of_tables() {
  static const std::map<std::string, std::vector<std::uint64_t>> kBits = {
      {"tcp_flags", {2, 16, 8, 1, 4, 32, 64, 128, 256}},  // SYN ACK PSH FIN RST URG ECE CWR AE
      {"fragment_flags", {0x80, 0x40, 0x20}},
  };
  return kBits;
}

bool is_either_way(const Field& field, std::uint16_t id) {
  return field.id == ElementId{0, id} || field.id == ElementId{kReversePen, id};
}

}  // namespace

/// No built-in table has a text to escape.
std::optional<std::string> table_words(const MappingSpec& spec, const std::string& table, std::uint64_t number) {
  std::optional<std::string> text;
  for (const ValueTableSpec& own : spec.tables) {
    for (const ValueTableSpec::Row& row : own.rows) {
      if (own.name.text == table && row.value == number) text = row.text.text;
    }
  }
  const ValueTable* built_in = find_value_table(table);
  if (text || built_in == nullptr) return text;
  std::string room(built_in->longest_text() + kCopyBlock, '\0');
  room.resize(static_cast<std::size_t>(built_in->write(room.data(), number) - room.data()));
  return room.empty() ? std::nullopt : std::optional(room);
}

TableNumber table_number(const std::string& table, const Field& field, std::uint64_t number) {
  if (field.bits != 0) return {number, true};
  const bool has_code = is_either_way(field, 32) || is_either_way(field, 139);
  const bool has_ecn = is_either_way(field, 5) || is_either_way(field, 55);
  if (table == "dscp" && has_ecn) return {number >> 2 & 0x3f, false};
  if ((table == "icmp_type" || table == "icmpv6_type") && has_code) return {number >> 8 & 0xff, false};
  if (table == "forwarding_status") return {number & 0xff, true};
  return {number, true};
}

std::optional<std::string> table_text(const MappingSpec& spec, const std::string& table, std::uint64_t number) {
  const auto bits = bits_of_tables().find(table);
  if (bits == bits_of_tables().end()) {
    const auto words = table_words(spec, table, number);
    return words ? std::optional(escaped(*words)) : std::nullopt;
  }
  std::string names;
  for (const std::uint64_t bit : bits->second) {
    const auto name = table_words(spec, table, bit);
    if ((number & bit) != 0 && name) names += (names.empty() ? "" : ",") + escaped(*name);
  }
  return names.empty() ? std::nullopt : std::optional(names);
}

}  // namespace flowcef::test::reference
