#include <algorithm>

#include "compiler.hpp"
#include "conditions.hpp"
#include "flowcef/map/syslog_envelope.hpp"
#include "time_sources.hpp"

namespace flowcef {
namespace {

EventTest::Kind kind_of(const Field& field) {
  switch (field.type()) {
    case DataType::ipv6_address:
      return EventTest::Kind::ipv6;
    case DataType::string:
      return EventTest::Kind::text;
    case DataType::date_time_microseconds:
      return field.length == 8 ? EventTest::Kind::ntp_micros : EventTest::Kind::number;
    case DataType::date_time_nanoseconds:
      return field.length == 8 ? EventTest::Kind::ntp_nanos : EventTest::Kind::number;
    default:
      return is_signed(field.type()) ? EventTest::Kind::signed_number : EventTest::Kind::number;
  }
}

/// Returns: the only length that values of that form have; 0: there is more than one
std::uint16_t length_of(TestForm form) {
  switch (form) {
    case TestForm::boolean:
      return 1;
    case TestForm::ipv4:
      return 4;
    case TestForm::mac:
      return 6;
    case TestForm::ipv6:
      return 16;
    default:
      return 0;
  }
}

template <class T>
void append(const std::vector<T>& from, std::vector<T>& to, EventTest& test) {
  if (from.empty()) return;
  test.first = static_cast<std::uint32_t>(to.size());
  test.count = static_cast<std::uint32_t>(from.size());
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

void Compiler::choose_events() {
  for (const EventRule& rule : mapping_.events) {
    const std::optional<bool> holds = decide(rule.when);
    if (holds == false) continue;
    rules_.push_back(&rule);
    add_event(rule);
    if (holds == true) break;
  }
  // The last one takes what no other takes.
  std::int32_t next = ~static_cast<std::int32_t>(rules_.size() - 1);
  for (std::size_t i = rules_.size() - 1; i-- > 0;) {
    next = add_tests(rules_[i]->when, ~static_cast<std::int32_t>(i), next);
  }
  program_.event_tests.start = next;
}

void Compiler::add_event(const EventRule& rule) {
  EventChoice& choice = program_.events.emplace_back();
  choice.header = add_literal(rule.header);
  choice.rule = static_cast<std::uint32_t>(&rule - mapping_.events.data());
  if (!options_.facility) return;
  program_.priority_of_event = true;
  char* const begin = choice.priority.data();
  const char* const end = write_priority(begin, *options_.facility, syslog_severity(rule.severity));
  choice.priority_length = static_cast<std::size_t>(end - begin);
}

std::optional<bool> Compiler::decide(const Condition& condition) const {
  const auto has = [this](const ElementMatch& element) { return find(element) != nullptr; };
  switch (condition.kind) {
    case Condition::Kind::all:
    case Condition::Kind::any: {
      const bool neutral = condition.kind == Condition::Kind::all;
      bool open = false;
      for (const Condition& part : condition.parts) {
        const std::optional<bool> known = decide(part);
        if (known == !neutral) return known;
        open = open || !known;
      }
      return open ? std::nullopt : std::optional(neutral);
    }
    case Condition::Kind::negation: {
      const std::optional<bool> known = decide(condition.parts.front());
      return known ? std::optional(!*known) : std::nullopt;
    }
    case Condition::Kind::kind:
      return condition.options_record == layout_.options;
    case Condition::Kind::present:
      return std::ranges::all_of(condition.elements, has);
    case Condition::Kind::absent:
      return std::ranges::none_of(condition.elements, has);
    case Condition::Kind::exporter:
      return std::nullopt;
    case Condition::Kind::format:
      if (layout_.format == ExportFormat::layout)
        return std::ranges::find(condition.texts, layout_.name) != condition.texts.end();
      return (condition.formats >> static_cast<unsigned>(layout_.format) & 1) != 0;
    case Condition::Kind::found:
    case Condition::Kind::column:
      return can_ask(condition.column.probe) ? std::nullopt : std::optional(false);
    case Condition::Kind::element:
      break;
  }
  return decide_element(condition);
}

/// Some tables give one name to elements of different types: a test for one says nothing of the other.
std::optional<bool> Compiler::decide_element(const Condition& condition) const {
  const Field* field = find(condition.elements.front());
  if (field == nullptr) return false;
  const TestForm form = test_form(condition.type);
  if (test_form(field->type()) != form) return false;
  const std::uint16_t length = length_of(form);
  if (length != 0 && field->length != length) return false;
  return std::nullopt;
}

std::int32_t Compiler::add_tests(const Condition& condition, std::int32_t yes, std::int32_t no) {
  if (const std::optional<bool> known = decide(condition)) return *known ? yes : no;
  switch (condition.kind) {
    case Condition::Kind::all:
    case Condition::Kind::any: {
      const bool all = condition.kind == Condition::Kind::all;
      std::int32_t next = all ? yes : no;
      for (auto part = condition.parts.rbegin(); part != condition.parts.rend(); ++part) {
        if (!decide(*part)) next = all ? add_tests(*part, next, no) : add_tests(*part, yes, next);
      }
      return next;
    }
    case Condition::Kind::negation:
      return add_tests(condition.parts.front(), no, yes);
    default:
      return add_test(condition, yes, no);
  }
}

std::int32_t Compiler::add_test(const Condition& condition, std::int32_t yes, std::int32_t no) {
  EventTests& graph = program_.event_tests;
  EventTest test;
  test.yes = yes;
  test.no = no;
  if (condition.kind == Condition::Kind::exporter) {
    test.kind = EventTest::Kind::exporter;
    test.first = push(graph.exporters, condition.prefixes);
  } else if (condition.kind == Condition::Kind::found || condition.kind == Condition::Kind::column) {
    test.kind = condition.kind == Condition::Kind::found ? EventTest::Kind::found : EventTest::Kind::column;
    test.probe = use_probe(condition.column.probe);
    test.column = condition.column.column;
    append(condition.texts, graph.texts, test);
  } else {
    const Field& field = *find(condition.elements.front());
    test.kind = kind_of(field);
    test.condition = condition_of(field);
    test.bits_shift = field.bits_shift;
    test.bits = field.bits;
    test.operand = operand_of(layout_, field);
    append(condition.ranges, graph.ranges, test);
    append(condition.prefixes, graph.prefixes, test);
    append(condition.texts, graph.texts, test);
  }
  return static_cast<std::int32_t>(push(graph.tests, test));
}

}  // namespace flowcef
