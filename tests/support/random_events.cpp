// Event rules of random mappings, and random mappings as text.
#include <array>

#include "flowcef/map/cef_dictionary.hpp"
#include "support/random_mapping.hpp"

namespace flowcef::test {
namespace {

using Kind = ConditionSpec::Kind;

std::string address_text(const std::string& bytes) {
  return reference::address(bytes);
}

}  // namespace

EventSpec RandomMappingMaker::event(const MappingSpec& spec) {
  EventSpec made;
  made.drop = random_.chance(5);
  if (made.drop) return made;
  made.signature = positioned("s" + std::to_string(spec.events.size()));
  made.name = positioned(text());
  made.severity = static_cast<unsigned>(random_.below(11));
  if (random_.chance(20)) made.vendor = positioned(text());
  if (random_.chance(20)) made.product = positioned(text());
  if (random_.chance(20)) made.device_version = positioned(text());
  if (random_.chance(40)) add_constants(spec, made);
  return made;
}

void RandomMappingMaker::add_constants(const MappingSpec& spec, EventSpec& event) {
  std::set<std::string> taken;
  const auto add = [&](const std::string& key) {
    if (!taken.insert(key).second) return;
    ConstantSpec constant{positioned(key), positioned(std::to_string(random_.below(2))), {}};
    if (dictionary_row(spec, key + "Label") != nullptr) constant.label = positioned(new_label());
    event.set.push_back(constant);
  };
  for (const KeySpec& key : spec.keys) {
    const CefKey* row = dictionary_row(spec, key.key.text);
    const bool number = row == nullptr || row->type == CefType::string || row->type == CefType::integer ||
                        row->type == CefType::long_integer;
    if (number && random_.chance(15)) add(key.key.text);
  }
  if (random_.chance(50) && !keys_.contains("cat")) add("cat");
  if (random_.chance(30)) add(spec.prefix.text + "Constant");
}

/// Each word stands once, as in a table of a file; nothing is asked for that cannot be.
ConditionSpec RandomMappingMaker::condition(unsigned depth) {
  ConditionSpec made;
  made.kind = Kind::all;
  std::set<Kind> taken;
  std::set<std::string> elements;
  for (std::uint64_t left = random_.between(1, 2); left != 0; --left) {
    ConditionSpec part = condition_part(depth);
    const bool of_element = part.kind == Kind::element;
    const bool is_new = of_element ? elements.insert(part.element.text).second : taken.insert(part.kind).second;
    const bool clashes = part.kind == Kind::absent ? taken.contains(Kind::present) || !elements.empty()
                                                   : taken.contains(Kind::absent) && part.kind != Kind::format;
    if (is_new && !clashes) made.parts.push_back(part);
  }
  return made;
}

ConditionSpec RandomMappingMaker::condition_part(unsigned depth) {
  const std::vector<std::string> prefixes = {"10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "::/1", "0.0.0.0/1"};
  const std::vector<std::string> formats = {"netflow1", "netflow5", "netflow7", "netflow9", "ipfix"};
  ConditionSpec part;
  const std::uint64_t choice = random_.below(depth < 3 ? 13 : 10);
  if (choice >= 3 && choice < 7) {
    if (auto element = element_condition()) return *element;
  }
  if (choice == 1 || choice == 2 || choice == 7) {
    part.kind = choice == 7 ? Kind::absent : Kind::present;
    part.words = {positioned(element_name())};
    const std::string second = element_name();
    if (random_.chance(40) && second != part.words[0].text) part.words.push_back(positioned(second));
  } else if (choice == 8) {
    part.kind = Kind::exporter;
    part.words = {positioned(random_.pick(prefixes))};
  } else if (choice == 9) {
    part.kind = Kind::format;
    part.words = {positioned(random_.pick(formats)), positioned(random_.pick(formats))};
    if (part.words[0].text == part.words[1].text) part.words.pop_back();
  } else if (choice == 10) {
    part.kind = Kind::negation;
    part.parts = {condition(depth + 1)};
  } else if (choice > 10) {
    part.kind = Kind::any;
    part.parts = {condition(depth + 1), condition(depth + 1)};
  } else {
    part.kind = Kind::kind;
    part.options_record = random_.chance(30);
  }
  return part;
}

/// Tests values that the first record has, so that some of them hold.
std::optional<ConditionSpec> RandomMappingMaker::element_condition() {
  ConditionSpec made;
  made.kind = Kind::element;
  made.element = positioned(element_name());
  const InformationElement* element = registry_.find_by_name(made.element.text);
  if (element == nullptr) return std::nullopt;
  const DataSet set = flows_->set();
  const reference::Record record(set, 0);
  std::string bytes;
  for (std::size_t at = 0; at < record.size() && bytes.empty(); ++at) {
    const Field& field = record.field(at);
    if (!reference::names_field(made.element.text, field)) continue;
    bytes = record.bytes(at);
  }
  const auto number = reference::unsigned_number(bytes);
  for (std::uint64_t left = random_.between(1, 2); left != 0; --left) {
    TestSpec test;
    if (is_unsigned(element->type)) {
      const std::uint64_t near = number && random_.chance(60) ? *number : random_.below(20);
      test.value = near;
      if (random_.chance(30)) test.value = TestSpec::Range{near / 2, near + random_.below(9)};
    } else if (element->type == DataType::boolean) {
      test.value = random_.chance(50);
    } else if (element->type == DataType::ipv4_address) {
      const std::string address = address_text(bytes.size() == 4 ? bytes : random_.bytes(4));
      test.value = random_.chance(50) ? address : "128.0.0.0/1";
    } else if (element->type == DataType::ipv6_address) {
      const std::string address = address_text(bytes.size() == 16 ? bytes : random_.bytes(16));
      test.value = random_.chance(50) ? address : "8000::/1";
    } else if (element->type == DataType::mac_address) {
      test.value = reference::mac(bytes.size() == 6 ? bytes : random_.bytes(6));
    } else if (element->type == DataType::string) {
      test.value = std::string("eth0");
    } else {
      return std::nullopt;
    }
    made.tests.push_back(test);
  }
  return made;
}

}  // namespace flowcef::test
