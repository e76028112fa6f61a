#include "flowcef/config/element_table_loader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <system_error>

#include "flowcef/config/quoted_text.hpp"
#include "flowcef/config/text_file.hpp"
#include "flowcef/core/nearest.hpp"

namespace flowcef {
namespace {

// RFC 7012 section 3.1, RFC 6313 and RFC 9740.
constexpr std::array<std::string_view, 24> kTypes = {"octetArray",
                                                     "unsigned8",
                                                     "unsigned16",
                                                     "unsigned32",
                                                     "unsigned64",
                                                     "unsigned256",
                                                     "signed8",
                                                     "signed16",
                                                     "signed32",
                                                     "signed64",
                                                     "float32",
                                                     "float64",
                                                     "boolean",
                                                     "macAddress",
                                                     "string",
                                                     "dateTimeSeconds",
                                                     "dateTimeMilliseconds",
                                                     "dateTimeMicroseconds",
                                                     "dateTimeNanoseconds",
                                                     "ipv4Address",
                                                     "ipv6Address",
                                                     "basicList",
                                                     "subTemplateList",
                                                     "subTemplateMultiList"};

constexpr std::array<std::string_view, 5> kColumns = {"pen", "id", "name", "type", "units"};
constexpr std::size_t kRequiredColumns = 4;  // editors strip the TAB before empty units

constexpr std::uint32_t kMaxPen = 0xffff'fffe;      // decode marks NetFlow v9 numbers with the one above
constexpr std::uint32_t kMaxEnterpriseId = 0x7fff;  // RFC 7011 section 3.2: the top bit says "enterprise"
constexpr std::uint32_t kMaxNetflow9Id = 0xffff;

struct Cell {
  std::string_view text;
  unsigned column = 1;
};

/// Returns: the first five cells, or fewer; later ones are for readers.
std::vector<Cell> split(std::string_view line) {
  std::vector<Cell> cells;
  for (std::size_t begin = 0; cells.size() < kColumns.size();) {
    const std::size_t tab = std::min(line.find('\t', begin), line.size());
    cells.push_back({line.substr(begin, tab - begin), static_cast<unsigned>(begin) + 1});
    if (tab == line.size()) break;
    begin = tab + 1;
  }
  return cells;
}

/// Vendors have names such as `_3gppULI`.
bool is_element_name(std::string_view text) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.size() <= 255 && (text.front() < '0' || text.front() > '9') &&
         std::ranges::all_of(text, is_word);
}

class TableParser {
 public:
  TableParser(const std::filesystem::path& file, std::vector<ElementRow>& rows, ConfigErrors& errors)
      : file_(file.string()),
        netflow9_(file.filename().string().starts_with("netflow9")),
        rows_(rows),
        errors_(errors) {}

  void parse(std::string_view text) {
    bool has_header = false;
    for (line_ = 1; !text.empty(); ++line_) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.starts_with('#') || line.find_first_not_of(" \t") == std::string_view::npos) continue;
      if (has_header) {
        parse_row(split(line));
      } else if (!check_header(split(line))) {
        return;  // without it the columns of every other line are in doubt
      }
      has_header = true;
    }
    line_ = 0;
    if (!has_header) refuse({}, "", "expected a header line, got no lines", kHeaderHint);
  }

 private:
  static constexpr const char* kHeaderHint = "the first line names the columns: pen id name type units, TABs between";

  bool check_header(const std::vector<Cell>& cells) {
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      const Cell cell = i < cells.size() ? cells[i] : Cell{"", cells.back().column};
      if (cell.text == kColumns[i] || (i == 0 && netflow9_ && cell.text == "v9")) continue;
      refuse(cell, "", "expected column " + std::string(kColumns[i]) + ", got " + in_quotes(cell.text), kHeaderHint);
      return false;
    }
    return true;
  }

  void parse_row(const std::vector<Cell>& cells) {
    if (cells.size() < kRequiredColumns) {
      refuse(cells.back(), "", "expected 4 or 5 columns, got " + std::to_string(cells.size()),
             "columns are separated by one TAB each");
      return;
    }
    ElementRow row;
    row.where = {file_, line_, 1};
    const std::array fit{parse_pen(cells[0], row), parse_id(cells[1], row), parse_name(cells[2], row),
                         parse_type(cells[3], row)};  // all of them, so that every error is reported
    if (cells.size() > kRequiredColumns) row.units = cells[4].text;
    if (std::ranges::all_of(fit, std::identity{})) rows_.push_back(std::move(row));
  }

  bool parse_pen(Cell cell, ElementRow& row) {
    if (!netflow9_) {
      std::uint32_t pen = 0;
      if (!parse_number(cell, "pen", kMaxPen, pen)) return false;
      row.pen = pen;
      return true;
    }
    if (cell.text == "v9") return true;
    refuse(cell, "pen", "expected v9, got " + in_quotes(cell.text),
           "files named netflow9* hold NetFlow v9 field numbers");
    return false;
  }

  bool parse_id(Cell cell, ElementRow& row) {
    return parse_number(cell, "id", netflow9_ ? kMaxNetflow9Id : kMaxEnterpriseId, row.id);
  }

  bool parse_number(Cell cell, const char* column, std::uint32_t max, std::uint32_t& number) {
    const char* const begin = cell.text.data();
    const char* const end = begin + cell.text.size();
    const auto [at, error] = std::from_chars(begin, end, number);
    if (error == std::errc{} && at == end && number <= max) return true;
    refuse(cell, column, "expected 0.." + std::to_string(max) + ", got " + in_quotes(cell.text), {});
    return false;
  }

  bool parse_name(Cell cell, ElementRow& row) {
    row.name = cell.text;
    if (is_element_name(cell.text)) return true;
    refuse(cell, "name", "expected 1..255 letters, digits and _, no digit first, got " + in_quotes(cell.text), {});
    return false;
  }

  bool parse_type(Cell cell, ElementRow& row) {
    row.type = cell.text;
    if (std::ranges::find(kTypes, cell.text) != kTypes.end()) return true;
    NearestWord nearest(cell.text);
    for (const std::string_view type : kTypes) nearest.offer(type);
    const auto near = nearest.result();
    refuse(cell, "type", "expected an IANA data type, got " + in_quotes(cell.text),
           near ? "did you mean " + in_quotes(*near) + "?" : "such as unsigned32, string, ipv4Address or octetArray");
    return false;
  }

  void refuse(Cell cell, std::string key, std::string problem, std::string hint) {
    errors_.push_back(
        {{file_, line_, line_ == 0 ? 0 : cell.column}, std::move(key), std::move(problem), std::move(hint)});
  }

  std::string file_;
  bool netflow9_;
  std::vector<ElementRow>& rows_;
  ConfigErrors& errors_;
  unsigned line_ = 0;
};

/// Returns: the tables of a folder in the order of their names.
std::expected<std::vector<std::filesystem::path>, ConfigError> list_tables(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->path().extension() == ".tsv" && !at->is_directory(ignored)) files.push_back(at->path());
  }
  if (error) return std::unexpected(unreadable(folder, error.message()));
  std::ranges::sort(files);
  return files;
}

}  // namespace

void parse_element_table(const std::filesystem::path& file, std::string_view text, std::vector<ElementRow>& rows,
                         ConfigErrors& errors) {
  TableParser(file, rows, errors).parse(text);
}

std::expected<std::vector<ElementRow>, ConfigErrors> load_element_tables(const std::filesystem::path& folder) {
  const auto files = list_tables(folder);
  if (!files) return std::unexpected(ConfigErrors{files.error()});
  std::vector<ElementRow> rows;
  ConfigErrors errors;
  for (const auto& file : *files) {
    if (const auto text = read_text_file(file)) {
      parse_element_table(file, *text, rows, errors);
    } else {
      errors.push_back(text.error());
    }
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return rows;
}

}  // namespace flowcef
