// The conditions of `[[event]]` rules.
#include <limits>
#include <string>
#include <utility>

#include "flowcef/config/mapping_event_loader.hpp"
#include "flowcef/config/mapping_option.hpp"
#include "flowcef/config/mapping_words.hpp"
#include "flowcef/core/ip_prefix.hpp"

namespace flowcef {
namespace {

constexpr std::int64_t kMaxOperand = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view kTests = "a number, true, false, a text or a range such as { min = 1024, max = 65535 }";

bool is_prefix(std::string_view text) {
  return IpPrefix::parse(text).has_value();
}

std::vector<PositionedText> read_elements(const ValueReader& value) {
  return list_option(value, kElementForms, is_element);
}

std::vector<PositionedText> read_questions(const ValueReader& value) {
  return list_option(value, "@LOOKUP(ELEMENT)", is_lookup_question);
}

std::vector<PositionedText> read_prefixes(const ValueReader& value) {
  return list_option(value, "a prefix such as \"10.0.0.0/8\", no bits set behind it, or an address", is_prefix);
}

std::vector<PositionedText> read_formats(const ValueReader& value) {
  return list_option(value, "netflow1, netflow5, netflow7, netflow9, ipfix, syslog or the name of a layout",
                     is_table_name);
}

std::optional<TestSpec::Range> read_range(TableReader table) {
  TestSpec::Range range;
  const auto bound = [](const ValueReader& value) {
    const auto number = value.number(std::int64_t{0}, kMaxOperand);
    return number ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
  };
  const bool has_min = table.read("min", range.min, bound);
  const bool has_max = table.read("max", range.max, bound);
  table.refuse_unread();
  if (!has_min && !has_max) {
    table.refuse("", "expected min, max or both, got neither");
    return std::nullopt;
  }
  if (range.min > range.max) {
    table.refuse("",
                 "can never match: min " + std::to_string(range.min) + " is above max " + std::to_string(range.max));
    return std::nullopt;
  }
  return range;
}

std::optional<TestSpec> read_test(const ValueReader& value) {
  TestSpec test;
  test.where = value.where();
  if (value.get_if<std::int64_t>() != nullptr) {
    const auto number = value.number(std::int64_t{0}, kMaxOperand);
    if (!number) return std::nullopt;
    test.value = static_cast<std::uint64_t>(*number);
  } else if (const auto* boolean = value.get_if<bool>()) {
    test.value = *boolean;
  } else if (value.get_if<std::string>() != nullptr) {
    auto text = value.text("1..1023 printable characters", is_header_text<1023>);
    if (!text) return std::nullopt;
    test.value = std::move(*text);
  } else if (value.is_table()) {
    const auto range = read_range(*value.table());
    if (!range) return std::nullopt;
    test.value = *range;
  } else {
    value.refuse_as_not(kTests);
    return std::nullopt;
  }
  return test;
}

/// Reads the conditions of one table, each key of it into one part.
class ConditionReader {
 public:
  ConditionReader(TableReader& table, unsigned depth) : table_(table), depth_(depth) { all_.where = table.where(); }

  ConditionSpec read() {
    using Kind = ConditionSpec::Kind;
    read_kind();
    read_words("present", Kind::present, read_elements);
    read_words("absent", Kind::absent, read_elements);
    read_words("exporter", Kind::exporter, read_prefixes);
    read_words("format", Kind::format, read_formats);
    read_words("found", Kind::found, read_questions);
    read_any();
    read_not();
    for (const auto& entry : table_.unread()) read_element(entry);
    return std::move(all_);
  }

 private:
  void read_kind() {
    const auto value = table_.find("kind");
    if (!value) return;
    ConditionSpec part = make_part(ConditionSpec::Kind::kind, value->where());
    part.options_record = kind_option(*value).value_or(false);
    all_.parts.push_back(std::move(part));
  }

  void read_words(std::string_view key, ConditionSpec::Kind kind,
                  std::vector<PositionedText> (*words_of)(const ValueReader&)) {
    const auto value = table_.find(key);
    if (!value) return;
    ConditionSpec part = make_part(kind, value->where());
    part.words = words_of(*value);
    all_.parts.push_back(std::move(part));
  }

  void read_any() {
    const auto value = table_.find("any");
    if (!value) return;
    ConditionSpec part = make_part(ConditionSpec::Kind::any, value->where());
    for (const auto& item : value->items("an array of tables of conditions")) read_part(item, part);
    all_.parts.push_back(std::move(part));
  }

  void read_not() {
    const auto value = table_.find("not");
    if (!value) return;
    ConditionSpec part = make_part(ConditionSpec::Kind::negation, value->where());
    read_part(*value, part);
    all_.parts.push_back(std::move(part));
  }

  /// Reads a table of conditions inside this one.
  void read_part(const ValueReader& value, ConditionSpec& into) const {
    auto table = value.table("a table of conditions");
    if (!table) return;
    if (table->unread().empty()) {
      value.refuse("expected a table of conditions, got an empty one");
    } else if (depth_ == kMaxConditionDepth) {
      value.refuse("expected at most " + std::to_string(kMaxConditionDepth) +
                   " tables of conditions inside one another");
    } else {
      into.parts.push_back(load_conditions(*table, depth_ + 1));
    }
  }

  void read_element(const TableReader::Entry& entry) {
    const bool column = is_lookup_column(entry.key);
    if (!column && !is_element(entry.key)) {
      table_.refuse(entry,
                    "expected kind, present, absent, exporter, format, found, any, not, "
                    "\"@LOOKUP(ELEMENT).COLUMN\", " +
                        std::string(kElementForms) + " as the key");
      return;
    }
    ConditionSpec part = make_part(column ? ConditionSpec::Kind::column : ConditionSpec::Kind::element, entry.where);
    part.element = {entry.key, entry.where};
    for (const auto& item : entry.value.one_or_more(kTests)) {
      if (auto test = read_test(item)) part.tests.push_back(std::move(*test));
    }
    all_.parts.push_back(std::move(part));
  }

  static ConditionSpec make_part(ConditionSpec::Kind kind, SourcePosition where) {
    ConditionSpec part;
    part.kind = kind;
    part.where = std::move(where);
    return part;
  }

  TableReader& table_;
  unsigned depth_;
  ConditionSpec all_;
};

}  // namespace

ConditionSpec load_conditions(TableReader& table, unsigned depth) {
  return ConditionReader(table, depth).read();
}

}  // namespace flowcef
