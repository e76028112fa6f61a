#include <algorithm>
#include <bit>
#include <memory>
#include <string>
#include <utility>

#include "flowcef/core/cef_escape.hpp"
#include "flowcef/core/nearest.hpp"
#include "resolver.hpp"

namespace flowcef {
namespace {

bool begins_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

}  // namespace

void Resolver::resolve_own_table(const ValueTableSpec& spec) {
  const ValueTable* built_in = find_value_table(spec.name.text);
  auto table =
      built_in != nullptr ? std::make_unique<ValueTable>(*built_in) : std::make_unique<ValueTable>(spec.name.text);
  std::vector<ValueRow> rows;
  for (const ValueTableSpec::Row& row : spec.rows) {
    const std::string key = "tables." + spec.name.text + '.' + std::to_string(row.value);
    const auto characters = static_cast<std::size_t>(std::ranges::count_if(row.text.text, begins_character));
    if (characters > kMaxTableText || escape_extension_value(row.text.text).empty()) {
      fail(row.text.where, key, "expected a text of 1 to " + std::to_string(kMaxTableText) + " characters");
    } else if (table->of_bits() && !std::has_single_bit(row.value)) {
      fail(row.text.where, key, "expected the number of a single bit",
           "this table shows a number as a list of its bits");
    } else {
      rows.push_back({row.value, row.text.text});
    }
  }
  table->add(rows);
  mapping_.tables.push_back(std::move(table));
}

const ValueTable* Resolver::find_table(const PositionedText& name, const std::string& key) {
  const ValueTable* table = mapping_.find_table(name.text);
  if (table != nullptr) return table;
  NearestWord nearest(name.text);
  for (const ValueTable& known : value_tables()) nearest.offer(known.name());
  for (const auto& known : mapping_.tables) nearest.offer(known->name());
  const auto hint = nearest.result();
  fail(name.where, key, "expected a value table, got \"" + name.text + '"',
       hint ? "did you mean " + std::string(*hint) + '?'
            : "mappings/README.md lists those there are; [tables] adds others");
  return nullptr;
}

}  // namespace flowcef
