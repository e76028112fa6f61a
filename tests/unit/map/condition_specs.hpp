// Conditions and event rules by hand, as a mapping file would give them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/render_fixture.hpp"

namespace flowcef::test {

using Kind = ConditionSpec::Kind;

inline SourcePosition line(unsigned number) {
  return {"m.toml", number, 1};
}

inline PositionedText word(std::string text, unsigned number = 1) {
  return {std::move(text), line(number)};
}

inline ConditionSpec of_words(Kind kind, const std::vector<std::string>& words) {
  ConditionSpec condition;
  condition.kind = kind;
  condition.where = line(1);
  for (const std::string& text : words) condition.words.push_back(word(text));
  return condition;
}

inline ConditionSpec of_parts(Kind kind, std::vector<ConditionSpec> parts) {
  ConditionSpec condition;
  condition.kind = kind;
  condition.where = line(1);
  condition.parts = std::move(parts);
  return condition;
}

inline ConditionSpec all_of(std::vector<ConditionSpec> parts) {
  return of_parts(Kind::all, std::move(parts));
}

inline ConditionSpec any_of(std::vector<ConditionSpec> parts) {
  return of_parts(Kind::any, std::move(parts));
}

inline ConditionSpec not_of(ConditionSpec part) {
  return of_parts(Kind::negation, {std::move(part)});
}

inline ConditionSpec options(bool wanted = true) {
  ConditionSpec condition = of_words(Kind::kind, {});
  condition.options_record = wanted;
  return condition;
}

inline ConditionSpec present(const std::vector<std::string>& elements) {
  return of_words(Kind::present, elements);
}

inline ConditionSpec absent(const std::vector<std::string>& elements) {
  return of_words(Kind::absent, elements);
}

inline ConditionSpec exporter(const std::vector<std::string>& prefixes) {
  return of_words(Kind::exporter, prefixes);
}

inline ConditionSpec format(const std::vector<std::string>& formats) {
  return of_words(Kind::format, formats);
}

using TestValue = decltype(TestSpec::value);

inline TestValue number(std::uint64_t value) {
  return value;
}

inline TestValue range(std::uint64_t min, std::uint64_t max) {
  return TestSpec::Range{min, max};
}

inline TestValue text(std::string value) {
  return value;
}

inline ConditionSpec element(const std::string& name, const std::vector<TestValue>& values) {
  ConditionSpec condition = of_words(Kind::element, {});
  condition.element = word(name);
  for (const TestValue& value : values) condition.tests.push_back({value, line(1)});
  return condition;
}

/// Puts the condition and all that is in it into one line.
inline void place(ConditionSpec& condition, unsigned number) {
  condition.where = condition.element.where = line(number);
  for (PositionedText& text : condition.words) text.where = line(number);
  for (TestSpec& test : condition.tests) test.where = line(number);
  for (ConditionSpec& part : condition.parts) place(part, number);
}

inline EventSpec rule(std::string signature, unsigned number = 1) {
  EventSpec event;
  event.where = line(number);
  event.signature = word(std::move(signature));
  event.name = word("n");
  event.severity = 3;
  return event;
}

inline EventSpec rule_for(ConditionSpec when, std::string signature, unsigned number = 1) {
  EventSpec event = rule(std::move(signature), number);
  place(when, number);
  event.when = std::move(when);
  return event;
}

/// The rules and one behind them that takes everything, `else`.
inline MappingSpec spec_of(std::vector<EventSpec> rules) {
  MappingSpec spec;
  spec.file = "m.toml";
  spec.vendor = word("V");
  spec.product = word("P");
  spec.device_version = word("1");
  spec.prefix = word("X");
  spec.events = std::move(rules);
  spec.events.push_back(rule("else", 99));
  return spec;
}

inline std::vector<std::string> errors_of(const MappingSpec& spec) {
  const ElementRegistry registry;
  const auto mapping = resolve_mapping(spec, registry);
  std::vector<std::string> errors;
  if (mapping) return errors;
  for (const ConfigError& error : mapping.error()) errors.push_back(error.to_string());
  return errors;
}

class SpecFixture : public RenderFixture {
 protected:
  void use_spec(const MappingSpec& spec) {
    auto translation = std::make_unique<Translation>();
    auto mapping = resolve_mapping(spec, translation->registry);
    ASSERT_TRUE(mapping) << mapping.error().front().to_string();
    translation->mapping = *std::move(mapping);
    path_.reset();
    translation_ = std::move(translation);
  }

  /// Returns: of the only line.
  std::string signature(const std::vector<std::uint8_t>& payload, std::string_view exporter = "192.0.2.1") {
    const auto made = lines(payload, exporter);
    if (made.size() != 1) return std::to_string(made.size()) + " lines";
    const auto event = read_cef(made.front());
    return event ? event->signature() : event.error();
  }

  /// An IPFIX message with one record.
  static std::vector<std::uint8_t> record(std::initializer_list<FieldSpec> fields, const ByteWriter& values) {
    return MessageBuilder::ipfix().templates(template_record(300, fields)).set(300, values).bytes();
  }
};

}  // namespace flowcef::test
