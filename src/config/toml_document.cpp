#include "flowcef/config/toml_document.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "flowcef/config/quoted_text.hpp"
#include "flowcef/config/text_file.hpp"

namespace flowcef {
namespace {

TomlPlace place_of(const toml::source_region& source) {
  return {source.begin.line, source.begin.column};
}

/// Far more than any option needs. toml++ bounds brackets by itself, but not the dots of a key.
constexpr int kMaxDepth = 64;

struct TooDeep {
  TomlPlace where;
};

TomlValue convert(const toml::node& node, int depth);

TomlValue::Array convert(const toml::array& array, int depth) {
  TomlValue::Array values;
  for (const toml::node& node : array) values.push_back(convert(node, depth));
  return values;
}

TomlValue::Table convert(const toml::table& table, int depth) {
  TomlValue::Table members;
  for (const auto& [key, node] : table) {
    members.push_back({std::string(key.str()), place_of(key.source()), convert(node, depth)});
  }
  std::ranges::stable_sort(members, {}, &TomlMember::where);  // toml++ sorts by name
  return members;
}

TomlValue convert(const toml::node& node, int depth) {
  TomlValue value{TomlDate{}, place_of(node.source())};
  if (depth > kMaxDepth) throw TooDeep{value.where};
  if (const auto* text = node.as_string()) value.data = text->get();
  if (const auto* integer = node.as_integer()) value.data = integer->get();
  if (const auto* real = node.as_floating_point()) value.data = real->get();
  if (const auto* boolean = node.as_boolean()) value.data = boolean->get();
  if (const auto* array = node.as_array()) value.data = convert(*array, depth + 1);
  if (const auto* table = node.as_table()) value.data = convert(*table, depth + 1);
  return value;
}

/// Longest part of the parser's own message that is shown; it may quote the file.
constexpr std::size_t kMaxParserMessage = 160;

ConfigError refused(const std::filesystem::path& file, TomlPlace at, std::string problem) {
  ConfigError error;
  error.where = {file.string(), at.line, at.column};
  error.problem = std::move(problem);
  return error;
}

}  // namespace

std::expected<TomlValue, ConfigError> read_toml(const std::filesystem::path& file) {
  const auto text = read_text_file(file);
  return text ? parse_toml(*text, file) : std::unexpected(text.error());
}

std::expected<TomlValue, ConfigError> parse_toml(std::string_view text, const std::filesystem::path& file) {
  try {
    const toml::table table = toml::parse(text);
    return TomlValue{convert(table, 0), {}};
  } catch (const toml::parse_error& error) {
    const std::string message = shortened(error.description(), kMaxParserMessage);
    return std::unexpected(refused(file, place_of(error.source()), "not valid TOML: " + message));
  } catch (const TooDeep& error) {
    return std::unexpected(refused(file, error.where, "nested too deep"));
  }
}

}  // namespace flowcef
