#include "flowcef/config/mapping_key_loader.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "flowcef/config/mapping_option.hpp"
#include "flowcef/config/mapping_words.hpp"

namespace flowcef {
namespace {

constexpr std::array kForms = {Choice{"number", ValueForm::number}, Choice{"signed", ValueForm::signed_number},
                               Choice{"text", ValueForm::text},     Choice{"hex", ValueForm::hex},
                               Choice{"base64", ValueForm::base64}, Choice{"asn1_time", ValueForm::asn1_time}};
constexpr std::array kUnits = {Choice{"seconds", TimeUnit::seconds}, Choice{"milliseconds", TimeUnit::milliseconds},
                               Choice{"microseconds", TimeUnit::microseconds},
                               Choice{"nanoseconds", TimeUnit::nanoseconds}};
constexpr std::array kOmits = {Choice{"empty", Omit::empty}, Choice{"zero", Omit::zero}, Choice{"never", Omit::never}};
constexpr std::uint16_t kLongestText = 4000;
constexpr std::string_view kTableNames = "the name of a value table";

/// They stand before the first table; TOML takes what stands behind `[keys]` for a part of it.
constexpr std::array<std::string_view, 4> kRootKeys = {"extends", "unmapped", "drop", "omit_zero"};

/// Keys that say how an element's value is shown: a constant stands there as it is.
constexpr std::array<std::string_view, 9> kOfElements = {"custom", "table", "text",       "as",  "time",
                                                         "zone",   "unit",  "max_length", "omit"};

void read_source(TableReader& table, KeySpec& key) {
  const auto constant = table.find("value");
  const auto from = table.find("from");
  if (from) key.from = list_option(*from, kSourceForms, is_key_source);
  if (!from && !constant) {
    table.refuse("from", "missing, expected " + std::string(kSourceForms), "or value, for a constant");
  }
  if (!constant) return;
  key.value = constant_option(*constant);
  if (from) constant->refuse("expected from or value, got both", "value is a constant and needs no element");
  for (const std::string_view name : kOfElements) {
    if (const auto option = table.find(name); option && !from) {
      option->refuse("expected label, kind or priority beside value, got " + std::string(name),
                     "a constant shows no element");
    }
  }
}

void read_form(TableReader& table, KeySpec& key) {
  if (const auto form = table.find("as")) {
    key.form = form->choice(kForms).value_or(key.form);
    key.form_where = form->where();
  }
  if (const auto time = table.find("time")) {
    key.time = time_option(*time);
    key.time_where = time->where();
  }
  if (const auto zone = table.find("zone")) key.local_time = zone_option(*zone);
  if (const auto unit = table.find("unit")) {
    key.unit = unit->choice(kUnits);
    key.unit_where = unit->where();
  }
  if (const auto length = table.find("max_length")) key.max_length = length->number(std::uint16_t{1}, kLongestText);
}

void read_table(TableReader table, KeySpec& key) {
  read_source(table, key);
  if (const auto label = table.find("label")) key.label = label_option(*label);
  if (const auto name = table.find("table")) key.table = positioned_option(*name, kTableNames, is_table_name);
  if (const auto name = table.find("text")) key.text_table = positioned_option(*name, kTableNames, is_table_name);
  table.read("custom", key.custom, [](const ValueReader& value) { return value.boolean(); });
  read_form(table, key);
  table.read("omit", key.omit, [](const ValueReader& value) { return value.choice(kOmits); });
  table.read("priority", key.priority,
             [](const ValueReader& value) { return value.number(std::uint8_t{0}, kMaxPriority); });
  if (const auto kind = table.find("kind")) key.options_record = kind_option(*kind);
  table.refuse_unread();
}

MappingFileKey load_key(const TableReader::Entry& entry) {
  MappingFileKey key;
  key.spec.key = {entry.key, entry.where};
  if (entry.value.is_false()) {
    key.taken_out = entry.value.where();
  } else if (entry.value.is_table()) {
    read_table(*entry.value.table(), key.spec);
  } else {
    key.spec.from = list_option(entry.value, kSourceForms, is_key_source);
  }
  return key;
}

}  // namespace

std::vector<MappingFileKey> load_keys(const TableReader& table) {
  std::vector<MappingFileKey> keys;
  for (const auto& entry : table.unread()) {
    if (std::ranges::find(kRootKeys, entry.key) != kRootKeys.end()) {
      table.refuse(entry, "expected a CEF key, got a key of the mapping itself", "move it before the first [table]");
      continue;
    }
    const bool named = is_cef_key(entry.key);
    if (!named) table.refuse(entry, "expected " + std::string(kKeyForms) + " as the key");
    MappingFileKey key = load_key(entry);
    if (named) keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace flowcef
