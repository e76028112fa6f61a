#include <algorithm>
#include <utility>
#include <vector>

#include "flowcef/app/listings.hpp"
#include "flowcef/app/name_hints.hpp"
#include "flowcef/app/text_table.hpp"

namespace flowcef {
namespace {

/// Returns: each table that the mapping can name once, its own in place of built-in ones, by name.
std::vector<const ValueTable*> tables_of(const Mapping& mapping) {
  std::vector<const ValueTable*> tables;
  for (const auto& own : mapping.tables) tables.push_back(own.get());
  for (const ValueTable& built_in : value_tables()) {
    if (mapping.find_table(built_in.name()) == &built_in) tables.push_back(&built_in);
  }
  std::ranges::sort(tables, {}, [](const ValueTable* table) { return table->name(); });
  return tables;
}

std::string source_of(const ValueTable& table, const Mapping& mapping) {
  if (std::ranges::none_of(mapping.tables, [&](const auto& own) { return own.get() == &table; })) return "built-in";
  return find_value_table(table.name()) == nullptr ? "mapping" : "built-in, mapping";
}

bool names_icmp_types(const KeySource& source) {
  return source.context == ContextValue::icmp_type_name;
}

/// Returns: the keys that the table fills, with blanks between.
std::string users_of(const ValueTable& table, const Mapping& mapping) {
  const bool of_icmp = table.name() == "icmp_type" || table.name() == "icmpv6_type";
  std::string users;
  const auto add = [&](const std::string& key) { users += (users.empty() ? "" : " ") + key; };
  for (const MappedKey& key : mapping.keys) {
    if (key.table == &table || (of_icmp && std::ranges::any_of(key.sources, names_icmp_types))) add(key.key);
    if (key.text_table == &table) add(key.key + "Text");
  }
  return users;
}

void print_names(std::ostream& out, const Mapping& mapping) {
  TextTable table({Align::left, Align::right, Align::left, Align::left});
  table.add({"NAME", "ROWS", "FROM", "KEYS"});
  for (const ValueTable* entry : tables_of(mapping)) {
    table.add(
        {entry->name(), std::to_string(entry->rows().size()), source_of(*entry, mapping), users_of(*entry, mapping)});
  }
  table.print(out);
}

void print_rows(std::ostream& out, const ValueTable& table) {
  TextTable text({Align::right, Align::left});
  for (const ValueRow& row : table.rows()) text.add({std::to_string(row.number), std::string(row.text)});
  if (!table.unknown().empty()) text.add({"others", std::string(table.unknown()) + "<number>"});
  text.print(out);
}

}  // namespace

bool list_tables(std::ostream& out, std::ostream& err, const Translation& translation, std::string_view name) {
  const Mapping& mapping = translation.mapping;
  if (name.empty()) {
    print_names(out, mapping);
    return true;
  }
  if (const ValueTable* table = mapping.find_table(name)) {
    print_rows(out, *table);
    return true;
  }
  std::vector<std::string_view> names;
  for (const ValueTable* table : tables_of(mapping)) names.push_back(table->name());
  err << "no value table \"" << name << '"' << did_you_mean(name, names, "`flowcef tables` lists those there are")
      << '\n';
  return false;
}

}  // namespace flowcef
