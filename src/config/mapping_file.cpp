#include "flowcef/config/mapping_file.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "flowcef/config/mapping_event_loader.hpp"
#include "flowcef/config/mapping_key_loader.hpp"
#include "flowcef/config/mapping_option.hpp"
#include "flowcef/config/mapping_words.hpp"

namespace flowcef {
namespace {

constexpr std::array kUnmapped = {Choice{"emit", Unmapped::emit}, Choice{"drop", Unmapped::drop},
                                  Choice{"warn-once", Unmapped::warn_once}};

/// Input: a number as this program writes it: no sign, no leading zeros, not in hex.
std::optional<std::uint64_t> parse_row_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const bool canonical = text.size() == 1 || !text.starts_with('0');
  if (error != std::errc() || stop != end || !canonical) return std::nullopt;
  return number;
}

class MappingFileLoader {
 public:
  explicit MappingFileLoader(const std::filesystem::path& file) : file_(file) {}

  MappingFile load(const TomlValue& document) {
    TableReader root(std::get<TomlValue::Table>(document.data), document.where, "", file_.errors);
    read_root(root);
    read_cef(root);
    read_events(root);
    if (const auto value = root.find("keys")) {
      if (const auto table = value->table("the table [keys]")) file_.keys = load_keys(*table);
    }
    read_tables(root);
    root.refuse_unread();
    return std::move(file_);
  }

 private:
  void read_root(TableReader& root) {
    if (const auto extends = root.find("extends")) {
      file_.extends =
          given_option(*extends, "the name or path of a mapping, 1..1023 printable characters", is_header_text<1023>);
    }
    if (const auto unmapped = root.find("unmapped")) file_.unmapped = unmapped->choice(kUnmapped);
    if (const auto drop = root.find("drop")) file_.drop = list_option(*drop, kElementForms, is_element);
    if (const auto zero = root.find("omit_zero")) file_.omit_zero = list_option(*zero, kElementForms, is_element);
  }

  void read_cef(TableReader& root) {
    const auto value = root.find("cef");
    if (!value) return;
    file_.has_cef = true;
    MappingHeader& cef = file_.cef;
    if (auto table = value->table("the table [cef]")) {
      file_.cef_place = table->place();
      read_version(*table);
      read_names(*table);
      read_ways(*table);
      table->refuse_unread();
    } else {
      cef.vendor = cef.product = cef.prefix = PositionedText{};
    }
  }

  void read_version(TableReader& table) {
    MappingHeader& cef = file_.cef;
    cef.version_where = table.where();
    if (const auto version = table.find("version")) {
      cef.version = version_option(*version);
      cef.version_where = version->where();
    }
    if (const auto dictionary = table.find("dictionary")) cef.dictionary = dictionary->number(0U, 1U);
  }

  void read_names(TableReader& table) {
    MappingHeader& cef = file_.cef;
    if (const auto vendor = table.find("vendor")) cef.vendor = vendor_option(*vendor);
    if (const auto product = table.find("product")) cef.product = vendor_option(*product);
    if (const auto version = table.find("device_version")) cef.device_version = device_version_option(*version);
    if (const auto prefix = table.find("prefix")) cef.prefix = given_option(*prefix, kKeyForms, is_cef_key);
  }

  /// Reads how values are shown where `[keys]` says nothing else.
  void read_ways(TableReader& table) {
    MappingHeader& cef = file_.cef;
    if (const auto event_id = table.find("event_id")) cef.event_id = event_id->boolean();
    if (const auto bytes = table.find("bytes")) cef.swap_bytes = bytes_option(*bytes);
    if (const auto time = table.find("time")) cef.time = time_option(*time);
    if (const auto zone = table.find("zone")) cef.local_time = zone_option(*zone);
  }

  void read_events(TableReader& root) {
    file_.has_events = root.find("event").has_value();
    const TableReader* catch_all = nullptr;
    bool unreachable = false;
    auto tables = root.find_tables("event");
    for (TableReader& table : tables) {
      EventSpec event = load_event(table);
      if (catch_all != nullptr && !unreachable) {
        table.refuse("",
                     "can never match: the rule at line " + std::to_string(catch_all->place().line) +
                         " has no conditions and takes everything",
                     "put that rule last");
        unreachable = true;
      }
      if (!event.when && catch_all == nullptr) catch_all = &table;
      file_.events.push_back(std::move(event));
    }
  }

  void read_tables(TableReader& root) {
    const auto value = root.find("tables");
    if (!value) return;
    const auto tables = value->table("tables such as [tables.protocol]");
    if (!tables) return;
    for (const auto& entry : tables->unread()) {
      if (!is_table_name(entry.key)) {
        tables->refuse(entry, "expected 1..63 letters, digits, - or _, a letter first as the name");
      }
      const auto rows = entry.value.table("a table of rows such as 6 = \"TCP\"");
      if (!rows) continue;
      ValueTableSpec table;
      table.name = {entry.key, entry.where};
      read_rows(*rows, table);
      file_.tables.push_back(std::move(table));
    }
  }

  static void read_rows(const TableReader& rows, ValueTableSpec& table) {
    for (const auto& entry : rows.unread()) {
      const auto number = parse_row_number(entry.key);
      if (!number) rows.refuse(entry, "expected a number 0..18446744073709551615 as the key", "in decimal, as in 6");
      auto text = positioned_option(entry.value, "1..255 printable characters", is_header_text<255>);
      if (number && text) table.rows.push_back({*number, std::move(*text)});
    }
  }

  MappingFile file_;
};

}  // namespace

MappingFile load_mapping_file(const std::filesystem::path& file, const TomlValue& document) {
  return MappingFileLoader(file).load(document);
}

}  // namespace flowcef
