#include "flowcef/config/pattern_loader.hpp"

#include <string>
#include <utility>

#include "flowcef/config/text_option.hpp"
#include "flowcef/config/toml_document.hpp"
#include "flowcef/config/toml_reader.hpp"
#include "flowcef/config/uniqueness.hpp"

namespace flowcef {
namespace {

void read_types(TableReader& table, LogPatternSpec& pattern) {
  const auto value = table.find("types");
  if (!value) return;
  const auto types = value->table("a table such as { octets = \"unsigned64\" }");
  if (!types) return;
  for (const auto& entry : types->unread()) {
    if (auto type = entry.value.text()) {
      pattern.types.push_back({{entry.key, entry.where}, {std::move(*type), entry.value.where()}});
    }
  }
}

LogPatternSpec load_pattern(TableReader& table, Uniqueness& names) {
  LogPatternSpec pattern;
  if (const auto name = table.require("name", "a name of its own, such as \"squid\"")) {
    if (auto text = name_option(*name)) {
      table.rename("pattern." + *text);
      names.check(*name, *text);
      pattern.name = {std::move(*text), name->where()};
    }
  }
  if (const auto match = table.require("match", "a regular expression with named groups")) {
    if (auto text = match->text()) pattern.match = {std::move(*text), match->where()};
  }
  read_types(table, pattern);
  table.refuse_unread();
  return pattern;
}

}  // namespace

std::expected<std::vector<LogPatternSpec>, ConfigErrors> load_patterns(const std::filesystem::path& file) {
  const auto document = read_toml(file);
  if (!document) return std::unexpected(ConfigErrors{document.error()});
  ErrorCollector errors(file.string());
  TableReader root(std::get<TomlValue::Table>(document->data), document->where, "", errors);
  std::vector<LogPatternSpec> patterns;
  Uniqueness names;
  for (TableReader& table : root.require_tables("pattern")) patterns.push_back(load_pattern(table, names));
  root.refuse_unread();
  if (!errors.empty()) return std::unexpected(errors.take());
  return patterns;
}

}  // namespace flowcef
