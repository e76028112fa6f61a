#include "support/random_mapping.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "flowcef/map/cef_dictionary.hpp"
#include "support/reference_record.hpp"

namespace flowcef::test {
namespace {

bool is_time(DataType type) {
  return type >= DataType::date_time_seconds && type <= DataType::date_time_nanoseconds;
}

bool is_whole(DataType type) {
  return is_unsigned(type) || is_signed(type);
}

/// The types of what mappings write with an @.
const std::map<std::string, CefType>& context_types() {
  static const std::map<std::string, CefType> kTypes = {
      {"@event_id", CefType::string},
      {"@message_id", CefType::string},
      {"@exporter", CefType::ipv4},
      {"@exporter_ipv6", CefType::ipv6},
      {"@exporter_port", CefType::integer},
      {"@listener", CefType::ipv4},
      {"@listener_ipv6", CefType::ipv6},
      {"@listener_port", CefType::integer},
      {"@export_time", CefType::timestamp},
      {"@receive_time", CefType::timestamp},
      {"@start", CefType::timestamp},
      {"@end", CefType::timestamp},
      {"@observation_domain", CefType::long_integer},
      {"@sequence", CefType::long_integer},
      {"@version", CefType::integer},
      {"@record_kind", CefType::string},
      {"@template_id", CefType::integer},
      {"@header_count", CefType::integer},
      {"@header_length", CefType::integer},
      {"@header_bytes", CefType::string},
      {"@uptime", CefType::long_integer},
      {"@unix_seconds", CefType::long_integer},
      {"@unix_nanoseconds", CefType::long_integer},
      {"@icmp_type", CefType::integer},
      {"@icmp_code", CefType::integer},
      {"@icmp_type_name", CefType::string},
      {"@sampling_interval", CefType::long_integer},
      {"@corrected_octets", CefType::long_integer},
      {"@corrected_packets", CefType::long_integer},
      {"@ingress_interface_name", CefType::string},
      {"@application_name", CefType::string},
      {"@class_name", CefType::string},
  };
  return kTypes;
}

}  // namespace

std::string RandomMappingMaker::text() {
  static const std::vector<std::string> kTexts = {"Flow record",
                                                  "a|b",
                                                  "back\\slash",
                                                  "x=y",
                                                  "\xc3\xbc"
                                                  "ber",
                                                  "n-1_2.3"};
  return random_.pick(kTexts);
}

const CefKey* RandomMappingMaker::dictionary_row(const MappingSpec& spec, const std::string& key) const {
  return find_cef_key(key, spec.dictionary.value_or(spec.version == 0 ? 0 : 1));
}

MappingSpec RandomMappingMaker::make(const RandomFlows& flows) {
  flows_ = &flows;
  keys_.clear();
  MappingSpec spec;
  add_header(spec);
  add_tables(spec);
  add_unmapped(spec);
  for (std::uint64_t left = random_.below(10); left != 0; --left) add_key(spec);
  for (std::uint64_t left = random_.below(5); left != 0; --left) {
    EventSpec rule = event(spec);
    rule.when = condition(0);
    const bool again = std::ranges::any_of(
        spec.events, [&](const EventSpec& other) { return describe(*other.when) == describe(*rule.when); });
    if (!again) spec.events.push_back(rule);
  }
  spec.events.push_back(event(spec));
  return spec;
}

void RandomMappingMaker::add_header(MappingSpec& spec) {
  spec.file = "random";
  spec.version = static_cast<unsigned>(random_.below(2));
  if (random_.chance(30)) spec.version = static_cast<unsigned>(random_.below(1000));
  if (random_.chance(30)) spec.dictionary = static_cast<unsigned>(random_.below(2));
  spec.vendor = positioned(text());
  spec.product = positioned(text());
  spec.device_version = positioned(text());
  spec.prefix = positioned(random_.chance(50) ? "X" : "FlowcefBridge");
  spec.event_id = random_.chance(80);
  spec.swap_bytes = random_.chance(30);
  if (random_.chance(40)) {
    spec.time = time_form(false);
    spec.local_time = random_.chance(30);
  }
}

void RandomMappingMaker::add_unmapped(MappingSpec& spec) {
  const bool interpreted = flows_->layout->view == RecordView::interpreted;
  if (interpreted && random_.chance(25)) {
    spec.unmapped = random_.chance(70) ? Unmapped::drop : Unmapped::warn_once;
  }
  if (!interpreted) return;
  for (std::uint64_t left = random_.below(3); left != 0; --left) spec.drop.push_back(positioned(element_name()));
  for (std::uint64_t left = random_.below(4); left != 0; --left) spec.omit_zero.push_back(positioned(element_name()));
}

void RandomMappingMaker::add_tables(MappingSpec& spec) {
  for (const char* name : {"mine", "protocol", "icmp_type"}) {
    if (random_.chance(50)) continue;
    ValueTableSpec& table = spec.tables.emplace_back();
    table.name = positioned(name);
    for (std::uint64_t value = 0; value < 20; ++value) {
      if (random_.chance(40)) table.rows.push_back({value, positioned(text() + std::to_string(value))});
    }
    if (random_.chance(50)) table.rows.push_back({~std::uint64_t{0}, positioned(std::string(60, 'm'))});
    if (table.rows.empty()) table.rows.push_back({6, positioned("six")});
  }
}

// ---------------------------------------------------------------------------------------------------- keys

std::string RandomMappingMaker::element_name() {
  const auto& fields = flows_->layout->fields;
  const InformationElement* element = nullptr;
  ElementId id;
  if (random_.chance(75)) {
    const Field& field = random_.pick(fields);
    element = field.element;
    id = field.id;
  } else {
    element = &flow_maker_.element();
    id = element->id;
  }
  const bool nameless = element == nullptr || registry_.find_by_name(element->name) == nullptr;
  const bool numbered = id.pen != 0 && id.id != 0 && id.id <= 0x7fff;
  if (numbered && (nameless || random_.chance(20))) return std::to_string(id.pen) + ':' + std::to_string(id.id);
  if (nameless) return "octetDeltaCount";
  if (id.pen == 0 && random_.chance(10)) return std::to_string(id.id);
  return element->name;
}

bool RandomMappingMaker::suits(const MappingSpec& spec, const KeySpec& key, DataType type) const {
  const CefKey* row = dictionary_row(spec, key.key.text);
  if (key.table || key.text_table) return is_unsigned(type);
  switch (key.form) {
    case ValueForm::number:
    case ValueForm::signed_number:
      return type == DataType::ipv4_address;
    case ValueForm::text:
    case ValueForm::asn1_time:
      return type == DataType::string || type == DataType::octet_array;
    case ValueForm::hex:
    case ValueForm::base64:
      return true;
    case ValueForm::plain:
      break;
  }
  if (key.max_length) return type == DataType::string;
  if (key.time) return is_time(type);
  if (row == nullptr) return true;
  switch (row->type) {
    case CefType::string:
      return true;
    case CefType::integer:
    case CefType::long_integer:
      return is_whole(type);
    case CefType::floating:
      return is_whole(type) || type == DataType::float32 || type == DataType::float64;
    case CefType::ipv4:
      return type == DataType::ipv4_address;
    case CefType::ipv6:
      return type == DataType::ipv6_address;
    case CefType::ip:
      return type == DataType::ipv4_address || type == DataType::ipv6_address;
    case CefType::mac:
      return type == DataType::mac_address;
    case CefType::timestamp:
      return is_time(type);
  }
  return false;
}

bool RandomMappingMaker::suits(const MappingSpec& spec, const KeySpec& key, const std::string& name) const {
  const CefType type = context_types().at(name);
  const bool as_number = key.form == ValueForm::number || key.form == ValueForm::signed_number;
  if (key.table || key.text_table || key.unit) return false;
  if (as_number) return type == CefType::ipv4;
  if (key.form != ValueForm::plain) return false;
  if (key.max_length) return type == CefType::string && name != "@event_id";
  const CefKey* row = dictionary_row(spec, key.key.text);
  if (key.time) return type == CefType::timestamp;
  if (row == nullptr || row->type == CefType::string || row->type == type) return true;
  if (row->type == CefType::ip) return type == CefType::ipv4 || type == CefType::ipv6;
  const bool whole = type == CefType::integer || type == CefType::long_integer;
  return whole && (row->type == CefType::floating || row->type == CefType::long_integer);
}

std::optional<std::string> RandomMappingMaker::source(const MappingSpec& spec, const KeySpec& key) {
  for (unsigned tries = 0; tries < 20; ++tries) {
    std::string name;
    bool fits = false;
    if (random_.chance(20)) {
      name =
          std::next(context_types().begin(), static_cast<std::ptrdiff_t>(random_.below(context_types().size())))->first;
      fits = suits(spec, key, name);
    } else {
      name = element_name();
      const InformationElement* element = registry_.find_by_name(name);
      fits = suits(spec, key, element == nullptr ? DataType::octet_array : element->type);
      if (key.unit) fits = fits && element != nullptr && element->unit;
    }
    const bool taken = std::ranges::any_of(key.from, [&](const PositionedText& other) { return other.text == name; });
    if (fits && !taken) return name;
  }
  return std::nullopt;
}

std::string RandomMappingMaker::new_label() {
  return "Label " + std::to_string(++labels_) + (random_.chance(10) ? " a=b\\" : "");
}

TimeForm RandomMappingMaker::time_form(bool text_only) {
  const auto first = static_cast<std::uint64_t>(text_only ? TimeForm::text : TimeForm::epoch_ms);
  const auto last = static_cast<std::uint64_t>(TimeForm::text_year_ms_zone);
  return static_cast<TimeForm>(random_.between(first, last));
}

void RandomMappingMaker::add_options(const MappingSpec& spec, KeySpec& key) {
  const CefKey* row = dictionary_row(spec, key.key.text);
  const bool is_text = row != nullptr && row->type == CefType::string;
  // Sources that change places must suit either key.
  const bool swapped = spec.swap_bytes && (key.key.text == "in" || key.key.text == "out");
  const bool is_number =
      row != nullptr && !swapped &&
      (row->type == CefType::integer || row->type == CefType::long_integer || row->type == CefType::floating);
  const bool cef_knows_not = spec.time == TimeForm::epoch_s || spec.time == TimeForm::iso8601;
  key.custom = random_.chance(20);
  std::vector<std::string> tables = {"protocol",  "firewall_event",     "nat_event",         "flow_end_reason",
                                     "tcp_flags", "asa_extended_event", "forwarding_status", "dscp",
                                     "icmp_type", "dns_type",           "fragment_flags"};
  for (const ValueTableSpec& own : spec.tables) tables.push_back(own.name.text);
  const bool holds_tables = row == nullptr || (is_text && (row->max_length == 0 || row->max_length >= 128));
  if (holds_tables && random_.chance(15)) {
    key.table = positioned(random_.pick(tables));
  } else if (row == nullptr && random_.chance(20)) {
    key.text_table = positioned(random_.pick(tables));
  } else if ((row == nullptr || is_text) && random_.chance(30)) {
    key.form = static_cast<ValueForm>(random_.between(1, row == nullptr ? 6 : 5));
  } else if (random_.chance(30) && (row == nullptr || is_text)) {
    key.time = time_form(false);
  } else if (row != nullptr && row->type == CefType::timestamp && (cef_knows_not || random_.chance(30))) {
    key.time = time_form(true);
  } else if ((row == nullptr || is_text || is_number) && random_.chance(15)) {
    key.unit = static_cast<TimeUnit>(random_.below(4));
  } else if (is_number && random_.chance(10)) {
    key.form = random_.chance(50) ? ValueForm::number : ValueForm::signed_number;
  }
  if ((key.time || key.form == ValueForm::asn1_time) && random_.chance(30)) key.local_time = random_.chance(50);
  const bool may_cut = key.form == ValueForm::plain || key.form == ValueForm::text || key.form == ValueForm::hex ||
                       key.form == ValueForm::base64;
  if (may_cut && !key.table && !key.text_table && !key.time && !key.unit && (row == nullptr || is_text) &&
      random_.chance(25)) {
    key.max_length = static_cast<std::uint16_t>(random_.between(4, 30));
  }
  if (random_.chance(25)) key.omit = random_.chance(60) ? Omit::zero : Omit::never;
  if (key.omit == Omit::never && flows_->layout->view != RecordView::interpreted) key.omit = Omit::empty;
  if (random_.chance(10)) key.options_record = random_.chance(50);
}

void RandomMappingMaker::add_key(MappingSpec& spec) {
  static const std::vector<std::string_view> kUsual = {"spt", "src", "in", "out"};
  KeySpec key;
  const CefKey& row = cef_keys()[random_.below(cef_keys().size())];
  if (random_.chance(35)) {
    const std::vector<std::string> names = {
        "One", "Two", "Three", "Four", "OctetDeltaCount", "SourceIPv4Address", "LongFlow", "RawOctetDeltaCount"};
    key.key = positioned(spec.prefix.text + random_.pick(names));
  } else {
    key.key = positioned(std::string(random_.chance(20) ? random_.pick(kUsual) : row.key));
    const CefKey* known = dictionary_row(spec, key.key.text);
    if (known == nullptr || !known->producer || key.key.text.ends_with("Label")) return;
  }
  if (keys_.contains(key.key.text)) return;
  if (dictionary_row(spec, key.key.text + "Label") != nullptr) key.label = positioned(new_label());
  const bool wants_text =
      dictionary_row(spec, key.key.text) == nullptr || dictionary_row(spec, key.key.text)->type == CefType::string;
  if (wants_text && random_.chance(8)) {
    key.value = positioned(text());
  } else {
    add_options(spec, key);
    const std::uint64_t wanted = random_.between(1, 3);
    while (key.from.size() < wanted) {
      const auto found = source(spec, key);
      if (!found) break;
      key.from.push_back(positioned(*found));
    }
    if (key.from.empty()) return;
  }
  keys_.insert(key.key.text);
  if (key.text_table) keys_.insert(key.key.text + "Text");
  spec.keys.push_back(key);
}

}  // namespace flowcef::test
