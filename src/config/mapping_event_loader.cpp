#include "flowcef/config/mapping_event_loader.hpp"

#include <string>
#include <utility>

#include "flowcef/config/mapping_option.hpp"
#include "flowcef/config/mapping_words.hpp"

namespace flowcef {
namespace {

void read_required(TableReader& table, std::string_view key, std::string_view expected, TextTest fits,
                   PositionedText& into) {
  if (const auto value = table.require(key, expected)) into = given_option(*value, expected, fits);
}

void read_when(TableReader& table, EventSpec& event) {
  const auto when = table.find("when");
  if (!when) return;
  auto conditions = when->table("a table such as { kind = \"options\" }");
  if (conditions && conditions->unread().empty()) return;
  event.when = conditions ? load_conditions(*conditions, 1) : ConditionSpec{};
}

/// Reads `"constant"`, a number, or `{ value = ..., label = "..." }`.
void read_constant(const ValueReader& value, ConstantSpec& constant) {
  std::optional<PositionedText> text;
  if (value.is_table()) {
    auto table = value.table();
    if (const auto found = table->require("value", "a text or a number")) text = constant_option(*found);
    if (const auto label = table->find("label")) constant.label = label_option(*label);
    table->refuse_unread();
  } else {
    text = constant_option(value);
  }
  if (text) constant.value = std::move(*text);
}

void read_set(TableReader& table, EventSpec& event) {
  const auto value = table.find("set");
  if (!value) return;
  const auto constants = value->table("a table such as { cat = \"nat\" }");
  if (!constants) return;
  for (const auto& entry : constants->unread()) {
    if (!is_cef_key(entry.key)) constants->refuse(entry, "expected " + std::string(kKeyForms) + " as the key");
    ConstantSpec constant;
    constant.key = {entry.key, entry.where};
    read_constant(entry.value, constant);
    event.set.push_back(std::move(constant));
  }
}

}  // namespace

EventSpec load_event(TableReader& table) {
  EventSpec event;
  event.where = table.where();
  read_when(table, event);
  table.read("drop", event.drop, [](const ValueReader& value) { return value.boolean(); });
  if (event.drop) {
    for (const auto& entry : table.unread()) {
      table.refuse(entry, "not together with drop = true", "the records that the rule takes are not sent");
    }
    return event;
  }
  if (const auto vendor = table.find("vendor")) event.vendor = vendor_option(*vendor);
  if (const auto product = table.find("product")) event.product = vendor_option(*product);
  if (const auto version = table.find("device_version")) event.device_version = device_version_option(*version);
  read_required(table, "signature", "1..1023 letters, digits, -, _ or .", is_signature, event.signature);
  read_required(table, "name", "1..512 printable characters", is_header_text<512>, event.name);
  if (const auto severity = table.require("severity", "0..10")) {
    event.severity = severity->number(0U, 10U).value_or(0);
    event.severity_where = severity->where();
  }
  read_set(table, event);
  table.refuse_unread();
  return event;
}

}  // namespace flowcef
