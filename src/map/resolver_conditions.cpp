#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "conditions.hpp"
#include "flowcef/core/nearest.hpp"
#include "mac_text.hpp"
#include "resolver.hpp"

namespace flowcef {
namespace {

constexpr const char* kWhen = "event.when";
constexpr unsigned kMaxDepth = 16;
constexpr std::uint64_t kTrue = 1;  // RFC 7011 section 6.1.5
constexpr std::uint64_t kFalse = 2;

constexpr std::array kFormats = {ExportFormat::netflow1, ExportFormat::netflow5, ExportFormat::netflow7,
                                 ExportFormat::netflow9, ExportFormat::ipfix,    ExportFormat::syslog};

std::string_view expected_by(TestForm form) {
  switch (form) {
    case TestForm::number:
      return "an integer or a range";
    case TestForm::boolean:
      return "true or false";
    case TestForm::ipv4:
      return "an IPv4 address or prefix";
    case TestForm::ipv6:
      return "an IP address or prefix";
    case TestForm::mac:
      return "a MAC address such as \"00:00:5e:00:53:01\"";
    case TestForm::text:
      return "a text that is not empty";
    case TestForm::none:
      break;
  }
  return "";
}

std::string shown(const TestSpec& test) {
  if (const auto* text = std::get_if<std::string>(&test.value)) return '"' + *text + '"';
  if (const auto* number = std::get_if<std::uint64_t>(&test.value)) return std::to_string(*number);
  if (const auto* truth = std::get_if<bool>(&test.value)) return *truth ? "true" : "false";
  return "a range";
}

/// Returns: the addresses of an IPv4 prefix as numbers.
std::optional<TestSpec::Range> ipv4_range(const std::string& text) {
  if (text.find(':') != std::string::npos || !IpPrefix::parse(text)) return std::nullopt;
  const std::size_t slash = text.find('/');
  const std::uint64_t first = load_be<std::uint32_t>(IpAddress::parse(text.substr(0, slash))->ipv4_bytes());
  const unsigned bits = slash == std::string::npos ? 32 : static_cast<unsigned>(std::stoul(text.substr(slash + 1)));
  return TestSpec::Range{first, first + (std::uint64_t{0xffff'ffff} >> bits)};
}

/// Adds a value to what the condition takes.
/// Returns: false if it is none that the element may have.
bool add_value(const TestSpec& test, TestForm form, Condition& condition) {
  const auto* text = std::get_if<std::string>(&test.value);
  switch (form) {
    case TestForm::number:
      if (const auto* number = std::get_if<std::uint64_t>(&test.value)) {
        condition.ranges.push_back({*number, *number});
        return true;
      }
      if (const auto* range = std::get_if<TestSpec::Range>(&test.value)) {
        condition.ranges.push_back(*range);
        return true;
      }
      return false;
    case TestForm::boolean:
      if (const auto* truth = std::get_if<bool>(&test.value)) {
        const std::uint64_t number = *truth ? kTrue : kFalse;
        condition.ranges.push_back({number, number});
        return true;
      }
      return false;
    case TestForm::ipv4:
      if (const auto range = text != nullptr ? ipv4_range(*text) : std::nullopt) {
        condition.ranges.push_back(*range);
        return true;
      }
      return false;
    case TestForm::ipv6:
      if (const auto prefix = text != nullptr ? IpPrefix::parse(*text) : std::nullopt) {
        condition.prefixes.push_back(*prefix);
        return true;
      }
      return false;
    case TestForm::mac:
      if (const auto number = text != nullptr ? parse_mac(*text) : std::nullopt) {
        condition.ranges.push_back({*number, *number});
        return true;
      }
      return false;
    case TestForm::text:
      if (text == nullptr || text->empty()) return false;
      condition.texts.push_back(*text);
      return true;
    case TestForm::none:
      break;
  }
  return false;
}

/// Sorts ranges and joins those that touch.
void join(std::vector<TestSpec::Range>& ranges) {
  std::ranges::sort(ranges, {}, &TestSpec::Range::min);
  std::size_t last = 0;
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[last].max == ~std::uint64_t{0} || ranges[i].min <= ranges[last].max + 1) {
      ranges[last].max = std::max(ranges[last].max, ranges[i].max);
    } else {
      ranges[++last] = ranges[i];
    }
  }
  if (!ranges.empty()) ranges.resize(last + 1);
}

/// Parts of the same kind as the whole become the whole's own; a whole of one part is that part.
void flatten(Condition& condition) {
  std::vector<Condition> parts;
  for (Condition& part : condition.parts) {
    if (part.kind != condition.kind) {
      parts.push_back(std::move(part));
    } else {
      std::ranges::move(part.parts, std::back_inserter(parts));
    }
  }
  condition.parts = std::move(parts);
  if (condition.parts.size() != 1) return;
  Condition only = std::move(condition.parts.front());
  condition = std::move(only);
}

}  // namespace

Condition Resolver::resolve_condition(const ConditionSpec& spec, unsigned depth) {
  Condition condition;
  condition.kind = spec.kind;
  condition.where = spec.where;
  condition.options_record = spec.options_record;
  if (depth > kMaxDepth) {
    fail(spec.where, kWhen, "expected at most " + std::to_string(kMaxDepth) + " tables one inside the other");
    return condition;
  }
  const bool nests = spec.kind == Condition::Kind::any || spec.kind == Condition::Kind::negation;
  for (const ConditionSpec& part : spec.parts) {
    condition.parts.push_back(resolve_condition(part, nests ? depth + 1 : depth));
  }
  switch (spec.kind) {
    case Condition::Kind::all:
    case Condition::Kind::any:
      flatten(condition);
      break;
    case Condition::Kind::present:
    case Condition::Kind::absent:
      for (const PositionedText& word : spec.words) {
        condition.elements.push_back(
            resolve_element(word, spec.kind == Condition::Kind::present ? "event.when.present" : "event.when.absent"));
      }
      break;
    case Condition::Kind::exporter:
      resolve_exporters(spec, condition);
      break;
    case Condition::Kind::format:
      resolve_formats(spec, condition);
      break;
    case Condition::Kind::found:
      resolve_found(spec, condition);
      break;
    case Condition::Kind::column:
      resolve_column_tests(spec, condition);
      break;
    case Condition::Kind::element:
      resolve_tests(spec, condition);
      break;
    case Condition::Kind::negation:
      if (const ConditionSpec& part = spec.parts.front(); part.kind == Condition::Kind::all && part.parts.empty()) {
        fail(part.where, "event.when.not", "expected a condition, got none", "no record fails to fulfil nothing");
      }
      break;
    case Condition::Kind::kind:
      break;
  }
  return condition;
}

void Resolver::resolve_exporters(const ConditionSpec& spec, Condition& condition) {
  for (const PositionedText& word : spec.words) {
    if (const auto prefix = IpPrefix::parse(word.text)) {
      condition.prefixes.push_back(*prefix);
    } else {
      fail(word.where, "event.when.exporter", "expected an IP address or prefix, got \"" + word.text + '"',
           "such as \"10.0.0.0/8\", no bits set behind it");
    }
  }
}

void Resolver::resolve_formats(const ConditionSpec& spec, Condition& condition) {
  for (const PositionedText& word : spec.words) {
    const auto known = std::ranges::find(kFormats, word.text, [](ExportFormat format) { return to_string(format); });
    if (known != kFormats.end()) {
      condition.formats = static_cast<std::uint8_t>(condition.formats | 1U << static_cast<unsigned>(*known));
      continue;
    }
    const std::vector<std::string_view> layouts = registry_.layout_names();
    if (std::ranges::find(layouts, word.text) != layouts.end()) {
      condition.texts.push_back(word.text);
      continue;
    }
    NearestWord nearest(word.text);
    for (const ExportFormat format : kFormats) nearest.offer(to_string(format));
    for (const std::string_view layout : layouts) nearest.offer(layout);
    const auto hint = nearest.result();
    fail(word.where, "event.when.format",
         "expected netflow1, netflow5, netflow7, netflow9, ipfix, syslog or the name of a layout, got \"" + word.text +
             '"',
         hint ? "did you mean " + std::string(*hint) + '?' : "");
  }
}

void Resolver::resolve_tests(const ConditionSpec& spec, Condition& condition) {
  condition.elements.push_back(resolve_element(spec.element, kWhen));
  const InformationElement* element = registry_.find_by_name(spec.element.text);
  const TestForm form = element == nullptr ? TestForm::none : test_form(element->type);
  if (form == TestForm::none) {
    // resolve_element() has said so if there is no such element at all.
    if (element == nullptr && !condition.elements.front().id) return;
    fail(spec.element.where, kWhen,
         "expected an element of numbers, addresses or texts, got " + spec.element.text +
             (element == nullptr ? ", whose type no table says"
                                 : ", which is of type " + std::string(to_string(element->type))),
         "present = [\"" + spec.element.text + "\"] asks whether records have it");
    return;
  }
  condition.type = element->type;
  for (const TestSpec& test : spec.tests) {
    const auto* range = std::get_if<TestSpec::Range>(&test.value);
    if (!add_value(test, form, condition)) {
      fail(test.where, kWhen,
           "expected " + std::string(expected_by(form)) + " for " + spec.element.text + ", got " + shown(test));
    } else if (range != nullptr && range->min > range->max) {
      fail(test.where, kWhen,
           "expected min no larger than max, got " + std::to_string(range->min) + " and " + std::to_string(range->max),
           "no value lies between them");
    }
  }
  join(condition.ranges);
}

}  // namespace flowcef
