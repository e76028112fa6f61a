// A mapping as text, near to what its file would say.
#include "support/random_mapping.hpp"

namespace flowcef::test {
namespace {

std::string describe(const std::string& name, const std::optional<PositionedText>& value) {
  return value ? ' ' + name + "=\"" + value->text + '"' : "";
}

std::string describe(const KeySpec& key) {
  std::string text = "  " + key.key.text + " from";
  for (const PositionedText& source : key.from) text += ' ' + source.text;
  text += describe("value", key.value) + describe("label", key.label) + describe("table", key.table) +
          describe("text", key.text_table);
  if (key.custom) text += " custom";
  if (key.form != ValueForm::plain) text += " form=" + std::to_string(static_cast<int>(key.form));
  if (key.time) text += " time=" + std::to_string(static_cast<int>(*key.time));
  if (key.local_time) text += *key.local_time ? " local" : " UTC";
  if (key.unit) text += " unit=" + std::to_string(static_cast<int>(*key.unit));
  if (key.max_length) text += " max_length=" + std::to_string(*key.max_length);
  if (key.omit != Omit::empty) text += key.omit == Omit::zero ? " omit=zero" : " omit=never";
  if (key.options_record) text += *key.options_record ? " kind=options" : " kind=data";
  return text + '\n';
}

std::string describe(const std::string& name, const std::vector<PositionedText>& words) {
  std::string text = ' ' + name + "=[";
  for (const PositionedText& word : words) text += ' ' + word.text;
  return text + ']';
}

}  // namespace

std::string describe(const ConditionSpec& condition) {
  static const std::vector<std::string> kKinds = {"all",    "any",      "not",    "kind",   "present",
                                                  "absent", "exporter", "format", "element"};
  std::string text = kKinds[static_cast<std::size_t>(condition.kind)] + '(' + condition.element.text;
  if (condition.kind == ConditionSpec::Kind::kind) text += condition.options_record ? "options" : "data";
  for (const ConditionSpec& part : condition.parts) text += ' ' + describe(part);
  for (const PositionedText& word : condition.words) text += ' ' + word.text;
  for (const TestSpec& test : condition.tests) {
    if (const auto* number = std::get_if<std::uint64_t>(&test.value)) text += " =" + std::to_string(*number);
    if (const auto* truth = std::get_if<bool>(&test.value)) text += *truth ? " =true" : " =false";
    if (const auto* word = std::get_if<std::string>(&test.value)) text += " =" + *word;
    if (const auto* range = std::get_if<TestSpec::Range>(&test.value)) {
      text += ' ' + std::to_string(range->min) + ".." + std::to_string(range->max);
    }
  }
  return text + ')';
}

std::string describe(const MappingSpec& spec) {
  std::string text = "version=" + std::to_string(spec.version) + " prefix=" + spec.prefix.text;
  if (spec.dictionary) text += " dictionary=" + std::to_string(*spec.dictionary);
  if (!spec.event_id) text += " event_id=false";
  if (spec.swap_bytes) text += " bytes=swapped";
  text += " time=" + std::to_string(static_cast<int>(spec.time)) + (spec.local_time ? " local" : "");
  text += " unmapped=" + std::to_string(static_cast<int>(spec.unmapped));
  text += describe("drop", spec.drop) + describe("omit_zero", spec.omit_zero) + '\n';
  for (const EventSpec& event : spec.events) {
    text += "  event " + event.signature.text + (event.when ? ' ' + describe(*event.when) : "");
    for (const ConstantSpec& constant : event.set) text += " set " + constant.key.text + '=' + constant.value.text;
    text += '\n';
  }
  for (const KeySpec& key : spec.keys) text += describe(key);
  return text;
}

}  // namespace flowcef::test
