#include "flowcef/config/class_table_loader.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "flowcef/config/quoted_text.hpp"
#include "flowcef/config/text_file.hpp"

namespace flowcef {
namespace {

class ClassTableParser {
 public:
  explicit ClassTableParser(const std::filesystem::path& file) : file_(file.string()) {}

  std::expected<std::shared_ptr<const NumberNames>, ConfigErrors> parse(std::string_view text) {
    for (line_ = 1; !text.empty(); ++line_) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.starts_with('#') || line.find_first_not_of(" \t") == std::string_view::npos) continue;
      if (names_.size() == kMaxClasses) {
        refuse(1, "expected at most " + std::to_string(kMaxClasses) + " classes, got more");
        break;
      }
      parse_row(line);
    }
    if (!errors_.empty()) return std::unexpected(std::move(errors_));
    return std::make_shared<const NumberNames>(std::move(names_));
  }

 private:
  void parse_row(std::string_view line) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) {
      return refuse(1, "expected a number, a TAB and a name, got " + in_quotes(line));
    }
    const auto id = parse_id(line.substr(0, tab));
    const std::string_view name = line.substr(tab + 1);
    if (!is_number_name(name)) {
      refuse(tab + 2, "expected a name of 1..255 bytes in UTF-8 without control characters, got " + in_quotes(name));
    } else if (id && names_.try_emplace(*id, name).second) {
      first_lines_.emplace(*id, line_);
    } else if (id) {
      refuse(1, "expected each class only once, got " + std::to_string(*id) + " again",
             "first at line " + std::to_string(first_lines_.at(*id)));
    }
  }

  std::optional<std::uint32_t> parse_id(std::string_view text) {
    std::uint32_t id = 0;
    const char* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, id);
    if (error == std::errc() && at == end) return id;
    refuse(1, "expected a class number, 0..4294967295, got " + in_quotes(text));
    return std::nullopt;
  }

  void refuse(std::size_t column, std::string problem, std::string hint = {}) {
    errors_.push_back({{file_, line_, static_cast<unsigned>(column)}, {}, std::move(problem), std::move(hint)});
  }

  std::string file_;
  NumberNames names_;
  std::unordered_map<std::uint32_t, unsigned> first_lines_;
  ConfigErrors errors_;
  unsigned line_ = 0;
};

}  // namespace

bool is_number_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNumberName && is_printable(text);
}

std::expected<std::shared_ptr<const NumberNames>, ConfigErrors> load_class_table(const std::filesystem::path& file) {
  const auto text = read_text_file(file);
  if (!text) return std::unexpected(ConfigErrors{text.error()});
  return ClassTableParser(file).parse(*text);
}

}  // namespace flowcef
