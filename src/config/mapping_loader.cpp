#include "flowcef/config/mapping_loader.hpp"

#include <array>
#include <limits>
#include <string_view>

#include "flowcef/config/mapping_words.hpp"
#include "flowcef/config/toml_reader.hpp"

namespace flowcef {
namespace {

constexpr std::array kKinds = {Choice{"options", true}, Choice{"data", false}};
constexpr std::string_view kElementForms = "an element name or pen:id";
constexpr std::string_view kSourceForms = "an element name, pen:id or @name";
constexpr std::string_view kKeyForms = "1..255 letters and digits, a letter first";

using TextTest = bool (*)(std::string_view);

/// Reads a text with its place, if it passes the test.
std::optional<PositionedText> positioned(const ValueReader& value, std::string_view expected, TextTest fits) {
  auto text = value.text(expected, fits);
  if (!text) return std::nullopt;
  return PositionedText{std::move(*text), value.where()};
}

void read_required(TableReader& table, std::string_view key, std::string_view expected, TextTest fits,
                   PositionedText& into) {
  const auto value = table.require(key, expected);
  if (!value) return;
  if (auto text = positioned(*value, expected, fits)) into = std::move(*text);
}

std::vector<PositionedText> read_list(const ValueReader& value, std::string_view expected, TextTest fits) {
  std::vector<PositionedText> texts;
  for (const auto& item : value.one_or_more(expected)) {
    if (auto text = positioned(item, expected, fits)) texts.push_back(std::move(*text));
  }
  return texts;
}

class MappingLoader {
 public:
  explicit MappingLoader(std::string file) : errors_(file) { spec_.file = std::move(file); }

  std::expected<MappingSpec, ConfigErrors> load(const TomlValue& document) {
    TableReader root(std::get<TomlValue::Table>(document.data), document.where, "", errors_);
    if (const auto value = root.require("cef", "the table [cef]")) {
      if (auto table = value->table("the table [cef]")) read_cef(*table);
    }
    read_events(root);
    if (const auto value = root.find("keys")) {
      if (const auto table = value->table("the table [keys]")) read_keys(*table);
    }
    root.refuse_unread();
    if (!errors_.empty()) return std::unexpected(errors_.take());
    return std::move(spec_);
  }

 private:
  void read_cef(TableReader& table) {
    spec_.version_where = table.where();
    if (const auto version = table.find("version")) {
      if (const auto number = version->number(0U, 1U)) spec_.version = *number;
      spec_.version_where = version->where();
    }
    read_required(table, "vendor", "1..63 printable characters", is_header_text<63>, spec_.vendor);
    read_required(table, "product", "1..63 printable characters", is_header_text<63>, spec_.product);
    table.read("device_version", spec_.device_version, [](const ValueReader& value) {
      return positioned(value, "1..31 printable characters", is_header_text<31>);
    });
    read_prefix(table);
    table.refuse_unread();
  }

  void read_prefix(TableReader& table) {
    const bool given = table.read("prefix", spec_.prefix,
                                  [](const ValueReader& value) { return positioned(value, kKeyForms, is_cef_key); });
    if (given || spec_.vendor.text.empty() || spec_.product.text.empty()) return;
    spec_.prefix = {default_prefix(spec_.vendor.text, spec_.product.text), spec_.vendor.where};
    if (!spec_.prefix.text.empty()) return;
    table.refuse("prefix", "missing, expected " + std::string(kKeyForms),
                 "vendor and product have no letters to make it of");
  }

  void read_events(TableReader& root) {
    auto tables = root.require_tables("event");
    const TableReader* catch_all = nullptr;
    bool unreachable = false;
    for (auto& table : tables) {
      const bool conditional = read_event(table);
      if (catch_all != nullptr && !unreachable) {
        table.refuse("",
                     "can never match: the rule at line " + std::to_string(catch_all->place().line) +
                         " has no conditions and takes everything",
                     "put that rule last");
        unreachable = true;
      }
      if (!conditional && catch_all == nullptr) catch_all = &table;
    }
    if (!tables.empty() && catch_all == nullptr) {
      tables.back().refuse("", "expected a last rule without `when`, got a condition",
                           "add an [[event]] that takes what no other rule takes");
    }
  }

  /// Returns: whether the rule has conditions.
  bool read_event(TableReader& table) {
    EventSpec event;
    event.where = table.where();
    bool conditional = false;
    if (const auto when = table.find("when")) {
      conditional = true;
      if (auto conditions = when->table("a table such as { kind = \"options\" }")) {
        conditional = read_conditions(*conditions, event);
      }
    }
    read_required(table, "signature", "1..1023 letters, digits, -, _ or .", is_signature, event.signature);
    read_required(table, "name", "1..512 printable characters", is_header_text<512>, event.name);
    if (const auto severity = table.require("severity", "0..10")) {
      if (const auto number = severity->number(0U, 10U)) event.severity = *number;
      event.severity_where = severity->where();
    }
    table.refuse_unread();
    spec_.events.push_back(std::move(event));
    return conditional;
  }

  /// Returns: whether there are any conditions. Every key but `kind` and `present` is an element.
  bool read_conditions(TableReader& table, EventSpec& event) {
    const auto kind = table.find("kind");
    if (kind) event.options_record = kind->choice(kKinds);
    const auto present = table.find("present");
    if (present) event.present = read_list(*present, kElementForms, is_element);
    const auto elements = table.unread();
    for (const auto& [name, where, value] : elements) {
      if (!is_element(name)) {
        errors_.add({where.line, where.column}, value.path(),
                    "expected kind, present or " + std::string(kElementForms) + " as the key");
        continue;
      }
      EqualsSpec equals{{name, where}, {}};
      for (const auto& item : value.one_or_more("an integer or an array of integers")) {
        const auto number = item.number(std::int64_t{0}, std::numeric_limits<std::int64_t>::max());
        if (number) equals.values.push_back(static_cast<std::uint64_t>(*number));
      }
      event.equals.push_back(std::move(equals));
    }
    return kind || present || !elements.empty();
  }

  void read_keys(const TableReader& table) {
    for (const auto& [name, where, value] : table.unread()) {
      KeySpec key;
      key.key = {name, where};
      if (!is_cef_key(name)) {
        errors_.add({where.line, where.column}, value.path(), "expected " + std::string(kKeyForms) + " as the key");
      }
      if (value.is_table()) {
        read_key_table(*value.table(), key);
      } else {
        key.from = read_list(value, kSourceForms, is_key_source);
      }
      spec_.keys.push_back(std::move(key));
    }
  }

  static void read_key_table(TableReader table, KeySpec& key) {
    if (const auto from = table.require("from", kSourceForms)) {
      key.from = read_list(*from, kSourceForms, is_key_source);
    }
    if (const auto label = table.find("label")) {
      key.label = positioned(*label, "1..1023 printable characters", is_header_text<1023>);
    }
    if (const auto name = table.find("table")) {
      key.table = positioned(*name, "the name of a value table", is_table_name);
    }
    table.read("custom", key.custom, [](const ValueReader& value) { return value.boolean(); });
    table.refuse_unread();
  }

  ErrorCollector errors_;
  MappingSpec spec_;
};

}  // namespace

std::expected<MappingSpec, ConfigErrors> load_mapping(const std::filesystem::path& file) {
  const auto document = read_toml(file);
  if (!document) return std::unexpected(ConfigErrors{document.error()});
  return MappingLoader(file.string()).load(*document);
}

}  // namespace flowcef
