#include "flowcef/config/layout_loader.hpp"

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

#include "flowcef/config/mapping_words.hpp"
#include "flowcef/config/text_file.hpp"
#include "flowcef/config/toml_document.hpp"
#include "flowcef/config/toml_reader.hpp"

namespace flowcef {
namespace {

constexpr std::uint32_t kMaxHeader = 1'024;
constexpr std::uint32_t kMaxRecord = 65'000;
constexpr std::uint32_t kMaxNumberBytes = 8;  // bytes of a number
constexpr std::size_t kMaxFields = 512;

std::optional<std::uint32_t> length_option(const ValueReader& value, std::uint32_t max) {
  return value.number(std::uint32_t{1}, max);
}

/// Element tables have such names too.
bool is_field_name(std::string_view text) {
  return is_element(text) || is_table_name(text);
}

class LayoutReader {
 public:
  explicit LayoutReader(const std::filesystem::path& file) : errors_(file.string()) {}

  std::expected<LayoutConfig, ConfigErrors> read(const TomlValue& document) {
    TableReader root(std::get<TomlValue::Table>(document.data), document.where, "", errors_);
    if (const auto name = root.require("name", "the layout's name, such as \"packeteer2\"")) {
      layout_.name = {name->text("letters, digits, - and _, a letter first", is_table_name).value_or(""),
                      name->where()};
    }
    if (const auto version = root.find("version")) {
      layout_.version = version->number(std::uint16_t{0}, std::uint16_t{0xffff});
      layout_.version_where = version->where();
    }
    if (auto header = require_table(root, "header", "a table [header] with length and count")) read_header(*header);
    if (auto record = require_table(root, "record", "a table [record] with length and fields")) read_record(*record);
    root.refuse_unread();
    if (!errors_.empty()) return std::unexpected(errors_.take());
    return std::move(layout_);
  }

 private:
  static std::optional<TableReader> require_table(TableReader& table, std::string_view key, std::string_view expected) {
    const auto value = table.require(key, expected);
    return value ? value->table(expected) : std::nullopt;
  }

  void read_header(TableReader& header) {
    if (const auto length = header.require("length", "the header's length in bytes")) {
      layout_.header_length = length_option(*length, kMaxHeader).value_or(0);
    }
    if (const auto count = header.require("count", "where the count of records stands: { offset = 2, length = 1 }")) {
      layout_.count = read_number(*count).value_or(LayoutPlace{});
    }
    const auto number = [](const ValueReader& value) { return read_number(value); };
    header.read("seconds", layout_.seconds, number);
    header.read("nanoseconds", layout_.nanoseconds, number);
    header.read("uptime", layout_.uptime, number);
    header.read("sequence", layout_.sequence, number);
    header.read("domain", layout_.domain, number);
    if (const auto fields = header.find("fields")) layout_.header_fields = read_fields(*fields, kMaxHeader);
    header.refuse_unread();
  }

  void read_record(TableReader& record) {
    const auto length = [](const ValueReader& value) { return length_option(value, kMaxRecord); };
    const bool is_pinned = record.read("length", layout_.min_length, length);
    layout_.max_length = layout_.min_length;
    const auto min = record.find("min_length");
    const auto max = record.find("max_length");
    if (is_pinned && (min || max)) {
      record.refuse("length", "expected either length, or min_length and max_length", "length pins it");
    } else if (!is_pinned && (!min || !max)) {
      record.refuse("", "expected length, or min_length and max_length", "with the two it is learned from datagrams");
    } else if (!is_pinned) {
      layout_.min_length = length(*min).value_or(0);
      layout_.max_length = length(*max).value_or(kMaxRecord);
      if (layout_.min_length > layout_.max_length) max->refuse("is below min_length");
    }
    if (const auto fields = record.require("fields", "where the fields stand")) {
      layout_.fields = read_fields(*fields, kMaxRecord);
    }
    if (const auto rest = record.find("rest")) {
      if (auto name = rest->text("the name of an element", is_field_name)) {
        layout_.rest = {*std::move(name), rest->where()};
      }
    }
    record.refuse_unread();
  }

  static std::optional<LayoutPlace> read_place(TableReader& table, std::uint32_t max_length) {
    const auto offset = table.require("offset", "the place of its first byte, from 0");
    const auto length = table.require("length", "the number of its bytes");
    const auto at = offset ? offset->number(std::uint32_t{0}, kMaxRecord) : std::nullopt;
    const auto bytes = length ? length_option(*length, max_length) : std::nullopt;
    if (!at || !bytes) return std::nullopt;
    return LayoutPlace{*at, *bytes, table.where()};
  }

  static std::optional<LayoutPlace> read_number(const ValueReader& value) {
    auto table = value.table("a place such as { offset = 2, length = 1 }");
    if (!table) return std::nullopt;
    const auto place = read_place(*table, kMaxNumberBytes);
    table->refuse_unread();
    return place;
  }

  static std::vector<LayoutField> read_fields(const ValueReader& value, std::uint32_t max_length) {
    std::vector<LayoutField> fields;
    const auto items = value.items("an array of { offset, length, element }");
    if (items.size() > kMaxFields) {
      value.refuse("expected at most " + std::to_string(kMaxFields) + " fields, got " + std::to_string(items.size()));
      return fields;
    }
    for (const auto& item : items) {
      auto table = item.table("a field such as { offset = 0, length = 4, element = \"sourceIPv4Address\" }");
      if (!table) continue;
      LayoutField field;
      const auto place = read_place(*table, max_length);
      const auto element = table->require("element", "the name of an element");
      auto name = element ? element->text("the name of an element", is_field_name) : std::nullopt;
      if (const auto type = table->find("type")) {
        if (auto word = type->text()) field.type = {*std::move(word), type->where()};
      }
      table->read("icmp", field.icmp, [](const ValueReader& icmp) { return icmp.boolean(); });
      table->refuse_unread();
      if (!place || !name) continue;
      field.place = *place;
      field.element = {*std::move(name), element->where()};
      fields.push_back(std::move(field));
    }
    return fields;
  }

  ErrorCollector errors_;
  LayoutConfig layout_;
};

/// Returns: the layout files of a folder in the order of their names.
std::expected<std::vector<std::filesystem::path>, ConfigError> list_layouts(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->path().extension() == ".toml" && !at->is_directory(ignored)) files.push_back(at->path());
  }
  if (error) return std::unexpected(unreadable(folder, error.message()));
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::expected<LayoutConfig, ConfigErrors> parse_layout(std::string_view text, const std::filesystem::path& file) {
  const auto document = parse_toml(text, file);
  if (!document) return std::unexpected(ConfigErrors{document.error()});
  return LayoutReader(file).read(*document);
}

std::expected<std::vector<LayoutConfig>, ConfigErrors> load_layouts(const std::filesystem::path& folder) {
  const auto files = list_layouts(folder);
  if (!files) return std::unexpected(ConfigErrors{files.error()});
  std::vector<LayoutConfig> layouts;
  ConfigErrors errors;
  for (const auto& file : *files) {
    const auto text = read_text_file(file);
    auto layout = text ? parse_layout(*text, file) : std::unexpected(ConfigErrors{text.error()});
    if (layout) {
      layouts.push_back(*std::move(layout));
    } else {
      std::ranges::move(layout.error(), std::back_inserter(errors));
    }
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return layouts;
}

}  // namespace flowcef
