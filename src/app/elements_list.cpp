#include <algorithm>
#include <cctype>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "flowcef/app/error_report.hpp"
#include "flowcef/app/file_settings.hpp"
#include "flowcef/app/listings.hpp"
#include "flowcef/app/name_hints.hpp"
#include "flowcef/app/text_table.hpp"
#include "flowcef/decode/usual_length.hpp"
#include "flowcef/map/program.hpp"

namespace flowcef {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::string number_text(ElementId id) {
  std::string number = std::to_string(id.id);
  if (id.pen == 0) return number;
  if (id.pen == kNetflow9Pen) return "v9:" + number;
  if (id.pen == kNetflow7Pen) return "v7:" + number;
  return std::to_string(id.pen) + ':' + number;
}

std::string source_text(const InformationElement& element) {
  if (!element.table.empty()) return element.table;
  if (element.id.pen == kReversePen) return "IANA, reverse";
  return element.id.pen == kNetflow7Pen ? "NetFlow v7" : "IANA";
}

std::string_view unit_text(const InformationElement& element) {
  if (!element.unit) return "";
  switch (*element.unit) {
    case TimeUnit::seconds:
      return "seconds";
    case TimeUnit::milliseconds:
      return "milliseconds";
    case TimeUnit::microseconds:
      return "microseconds";
    case TimeUnit::nanoseconds:
      return "nanoseconds";
  }
  return "";
}

/// A template of that element alone.
Template layout_of(const InformationElement& element) {
  Template layout;
  if (element.id.pen == kNetflow9Pen) layout.format = ExportFormat::netflow9;
  if (element.id.pen == kNetflow7Pen) layout.format = ExportFormat::netflow7;
  Field field;
  field.id = element.id;
  field.element = &element;
  field.length = usual_length(element.type);
  layout.variable = field.length == kVariableLength;
  layout.has_lists = is_list(element.type);
  layout.record_length = layout.variable ? 1 : field.length;
  layout.fields = {field};
  if (layout.variable) {
    layout.wire_lengths = {field.length};
    layout.wire_to_field = {0};
  }
  return layout;
}

/// Returns: whether the instruction shows a field of the record as it usually is.
bool shows_field(Op op) {
  return op != Op::context_text && op != Op::event_id && op != Op::constant && op != Op::name && op != Op::long_flow &&
         op != Op::mapped_ipv4;
}

/// Returns: `key` out of `key=`, or of `keyLabel=label key=`.
std::string key_of(const Program& program, const Literal& literal) {
  const std::string_view text = std::string_view(program.literals).substr(literal.offset, literal.length - 1);
  return std::string(text.substr(text.rfind(' ') + 1));
}

/// The keys that a mapping shows an element under.
struct ElementKeys {
  std::vector<std::string> keys;
  std::string text;  ///< `in, FlowcefBridgeOctetDeltaCount`; `or` before a key that steps in for those before it
};

/// What the compiler makes of a template of that element alone.
ElementKeys keys_of(const Mapping& mapping, const InformationElement& element) {
  const Program program = compile(mapping, layout_of(element), {});
  ElementKeys found;
  const auto add = [&](const Literal& literal, std::uint64_t after) {
    found.keys.push_back(key_of(program, literal));
    if (found.keys.size() > 1) found.text += after == 0 ? ", " : " or ";
    found.text += found.keys.back();
  };
  for (const Instruction& instruction : program.code) {
    if (!shows_field(instruction.op)) continue;
    if (instruction.op == Op::list) {
      add(program.lists[instruction.extra].literal, 0);
    } else if (instruction.op == Op::unless_zero) {
      add(program.inner[instruction.extra].literal, instruction.after);
    } else {
      add(instruction.literal, instruction.after);
    }
  }
  if (found.keys.empty()) found.text = "(left out)";
  return found;
}

/// What a pattern asks for.
class ElementPattern {
 public:
  explicit ElementPattern(std::string_view pattern) : text_(lower(pattern)) {}

  [[nodiscard]] bool matches(const InformationElement& element, const ElementKeys& keys) const {
    const std::string number = number_text(element.id);
    if (is_number()) {
      const bool bare = number.find(':') == std::string::npos || element.id.pen == kNetflow9Pen;
      return number == text_ || (bare && std::to_string(element.id.id) == text_);
    }
    if (text_.ends_with(':') && number.starts_with(text_)) return true;
    return number == text_ || lower(element.name).contains(text_) || is_enterprise(source_text(element)) ||
           std::ranges::any_of(keys.keys, [&](const std::string& key) { return lower(key) == text_; });
  }

 private:
  [[nodiscard]] bool is_number() const {
    return !text_.empty() && text_.find_first_not_of("0123456789") == std::string::npos;
  }

  /// Also by one word of several: `netscaler` of `citrix-netscaler`.
  [[nodiscard]] bool is_enterprise(const std::string& source) const {
    return ('-' + lower(source) + '-').contains('-' + text_ + '-');
  }

  std::string text_;
};

}  // namespace

bool list_elements(std::ostream& out, std::ostream& err, const Translation& translation, std::string_view pattern) {
  const ElementPattern wanted(pattern);
  TextTable table({Align::right, Align::left, Align::left, Align::left, Align::left, Align::left});
  table.add({"NUMBER", "NAME", "TYPE", "UNIT", "FROM", "KEYS"});
  bool found = false;
  for (const InformationElement* element : translation.registry.elements()) {
    const ElementKeys keys = keys_of(translation.mapping, *element);
    if (!wanted.matches(*element, keys)) continue;
    found = true;
    table.add({number_text(element->id), element->name, std::string(to_string(element->type)),
               std::string(unit_text(*element)), source_text(*element), keys.text});
  }
  if (!found) {
    std::vector<std::string_view> names = translation.registry.names();
    for (const InformationElement* element : translation.registry.elements()) names.push_back(element->table);
    err << "no element, enterprise or key \"" << pattern << '"'
        << did_you_mean(pattern, names, "`flowcef elements` lists all that are known") << '\n';
    return false;
  }
  table.print(out);
  return true;
}

std::unique_ptr<const Translation> load_listed(const std::filesystem::path& config,
                                               const std::filesystem::path& mapping) {
  FileOptions files;
  files.config = config;
  const auto settings = load_file_settings(files, mapping);
  if (!settings) {
    print_errors(std::cerr, settings.error());
    return nullptr;
  }
  auto translation = load_translation(settings->mapping, settings->elements, settings->layouts, settings->patterns);
  if (translation) return *std::move(translation);
  print_errors(std::cerr, translation.error());
  return nullptr;
}

}  // namespace flowcef
