#include "flowcef/map/mapping.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "flowcef/core/nearest.hpp"
#include "flowcef/map/cef_escape.hpp"

namespace flowcef {
namespace {

struct ContextName {
  std::string_view name;
  ContextValue value;
  CefType type;
};

constexpr ContextName kContextNames[] = {
    {"@event_id", ContextValue::event_id, CefType::string},
    {"@message_id", ContextValue::message_id, CefType::string},
    {"@exporter", ContextValue::exporter, CefType::ipv4},
    {"@exporter_ipv6", ContextValue::exporter_ipv6, CefType::ipv6},
    {"@exporter_port", ContextValue::exporter_port, CefType::integer},
    {"@listener", ContextValue::listener, CefType::ipv4},
    {"@listener_ipv6", ContextValue::listener_ipv6, CefType::ipv6},
    {"@listener_port", ContextValue::listener_port, CefType::integer},
    {"@export_time", ContextValue::export_time, CefType::timestamp},
    {"@receive_time", ContextValue::receive_time, CefType::timestamp},
    {"@start", ContextValue::start, CefType::timestamp},
    {"@end", ContextValue::end, CefType::timestamp},
    {"@observation_domain", ContextValue::observation_domain, CefType::long_integer},
    {"@sequence", ContextValue::sequence, CefType::long_integer},
    {"@version", ContextValue::version, CefType::integer},
    {"@record_kind", ContextValue::record_kind, CefType::string},
    {"@template_id", ContextValue::template_id, CefType::integer},
    {"@header_count", ContextValue::header_count, CefType::integer},
    {"@header_length", ContextValue::header_length, CefType::integer},
    {"@header_bytes", ContextValue::header_bytes, CefType::string},
    {"@uptime", ContextValue::uptime, CefType::long_integer},
    {"@unix_seconds", ContextValue::unix_seconds, CefType::long_integer},
    {"@unix_nanoseconds", ContextValue::unix_nanoseconds, CefType::long_integer},
    {"@icmp_type", ContextValue::icmp_type, CefType::integer},
    {"@icmp_code", ContextValue::icmp_code, CefType::integer},
    {"@sampling_interval", ContextValue::sampling_interval, CefType::long_integer},
    {"@corrected_octets", ContextValue::corrected_octets, CefType::long_integer},
    {"@corrected_packets", ContextValue::corrected_packets, CefType::long_integer},
    {"@ingress_interface_name", ContextValue::ingress_interface_name, CefType::string},
    {"@egress_interface_name", ContextValue::egress_interface_name, CefType::string},
    {"@application_name", ContextValue::application_name, CefType::string},
    {"@sampler_name", ContextValue::sampler_name, CefType::string},
    {"@ingress_vrf_name", ContextValue::ingress_vrf_name, CefType::string},
    {"@egress_vrf_name", ContextValue::egress_vrf_name, CefType::string},
    {"@user_name", ContextValue::user_name, CefType::string},
};

constexpr std::string_view type_text(CefType type) {
  switch (type) {
    case CefType::string:
      return "a string";
    case CefType::integer:
      return "a 32-bit number";
    case CefType::long_integer:
      return "a 64-bit number";
    case CefType::floating:
      return "a floating-point number";
    case CefType::ipv4:
      return "an IPv4 address";
    case CefType::ipv6:
      return "an IPv6 address";
    case CefType::ip:
      return "an IP address";
    case CefType::mac:
      return "a MAC address";
    case CefType::timestamp:
      return "a time";
  }
  return "";
}

bool is_time(DataType type) {
  return type >= DataType::date_time_seconds && type <= DataType::date_time_nanoseconds;
}

bool suits(DataType element, CefType key) {
  switch (key) {
    case CefType::string:
      return true;
    case CefType::integer:
    case CefType::long_integer:
      return is_unsigned(element) || is_signed(element);
    case CefType::floating:
      return is_unsigned(element) || is_signed(element) || element == DataType::float32 || element == DataType::float64;
    case CefType::ipv4:
      return element == DataType::ipv4_address;
    case CefType::ipv6:
      return element == DataType::ipv6_address;
    case CefType::ip:
      return element == DataType::ipv4_address || element == DataType::ipv6_address;
    case CefType::mac:
      return element == DataType::mac_address;
    case CefType::timestamp:
      return is_time(element);
  }
  return false;
}

bool suits(CefType value, CefType key) {
  if (key == CefType::string || value == key) return true;
  if (key == CefType::ip) return value == CefType::ipv4 || value == CefType::ipv6;
  const bool whole = value == CefType::integer || value == CefType::long_integer;
  return whole && (key == CefType::floating || key == CefType::long_integer);
}

/// Numbers that are left out of a key whose limit they exceed, so that they may go to a 32-bit one.
bool is_checked_number(ContextValue value) {
  return value >= ContextValue::sampling_interval && value <= ContextValue::corrected_packets;
}

class Resolver {
 public:
  Resolver(const MappingSpec& spec, const ElementRegistry& registry) : spec_(spec), registry_(registry) {}

  std::expected<Mapping, ConfigErrors> run() {
    mapping_.version = spec_.version;
    mapping_.prefix = spec_.prefix.text;
    for (const KeySpec& key : spec_.keys) labels_and_keys_.insert(key.key.text);
    for (const EventSpec& event : spec_.events) mapping_.events.push_back(resolve_event(event));
    for (const KeySpec& key : spec_.keys) mapping_.keys.push_back(resolve_key(key));
    if (!errors_.empty()) return std::unexpected(std::move(errors_));
    return std::move(mapping_);
  }

 private:
  void fail(const SourcePosition& where, std::string key, std::string problem, std::string hint = {}) {
    errors_.push_back({where, std::move(key), std::move(problem), std::move(hint)});
  }

  ElementMatch resolve_element(const PositionedText& text, const std::string& key) {
    ElementMatch match;
    const InformationElement* element = registry_.find_by_name(text.text);
    if (element == nullptr) {
      if (const auto id = unlisted_number(text.text)) {
        match.id = id;
        return match;
      }
      NearestWord nearest(text.text);
      for (const std::string_view name : registry_.names()) nearest.offer(name);
      const auto hint = nearest.result();
      fail(text.where, key, "expected an information element, got \"" + text.text + '"',
           hint ? "did you mean " + std::string(*hint) + '?' : "a name, a number, or pen:id");
    } else if (element->name == text.text) {
      match.name = element->name;
    } else {
      match.id = element->id;
    }
    return match;
  }

  /// `pen:id` names an element even if no table has it: its bytes can still be sent.
  static std::optional<ElementId> unlisted_number(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos || text.find_first_not_of("0123456789:") != std::string::npos) return std::nullopt;
    const unsigned long pen = std::strtoul(text.c_str(), nullptr, 10);
    const unsigned long id = std::strtoul(text.c_str() + colon + 1, nullptr, 10);
    if (pen == 0 || pen > 0xffff'ffff || id == 0 || id > 0x7fff) return std::nullopt;
    return ElementId{static_cast<std::uint32_t>(pen), static_cast<std::uint16_t>(id)};
  }

  EventRule resolve_event(const EventSpec& spec) {
    EventRule rule;
    rule.options_record = spec.options_record;
    for (const PositionedText& element : spec.present) {
      rule.present.push_back(resolve_element(element, "event.when.present"));
    }
    for (const EqualsSpec& equals : spec.equals) {
      rule.equals.push_back({resolve_element(equals.element, "event.when"), equals.values});
    }
    rule.header = "CEF:" + std::to_string(spec_.version);
    for (const std::string& part : {spec_.vendor.text, spec_.product.text, spec_.device_version.text,
                                    spec.signature.text, spec.name.text, std::to_string(spec.severity)}) {
      rule.header += '|' + escape_header_field(part);
    }
    rule.header += '|';
    return rule;
  }

  MappedKey resolve_key(const KeySpec& spec) {
    MappedKey key;
    key.key = spec.key.text;
    key.custom = spec.custom;
    resolve_dictionary(spec, key);
    resolve_label(spec, key);
    if (spec.table) {
      key.table = find_value_table(spec.table->text);
      if (key.table == nullptr) {
        std::string known;
        for (const ValueTable& table : value_tables()) known += (known.empty() ? "" : ", ") + std::string(table.name());
        fail(spec.table->where, key.key + ".table", "expected a value table, got \"" + spec.table->text + '"', known);
      }
    }
    for (const PositionedText& source : spec.from) key.sources.push_back(resolve_source(source, key));
    return key;
  }

  void resolve_dictionary(const KeySpec& spec, MappedKey& key) {
    const CefKey* entry = find_cef_key(key.key, spec_.version);
    if (entry != nullptr && !entry->producer) {
      fail(spec.key.where, key.key, "expected a key that a device may set",
           "CEF keeps this one for ArcSight's connectors");
    } else if (key.key.ends_with("Label")) {
      fail(spec.key.where, key.key, "expected a key that does not end in Label",
           "give the label with the key it belongs to: cs1 = { from = ..., label = \"...\" }");
    } else if (entry != nullptr) {
      key.type = entry->type;
      key.max_length = entry->max_length;
    } else if (!key.key.starts_with(spec_.prefix.text) || key.key == spec_.prefix.text) {
      NearestWord nearest(key.key);
      for (const CefKey& known : cef_keys()) nearest.offer(known.key);
      const auto hint = nearest.result();
      fail(spec.key.where, key.key, "expected a key of the CEF dictionary or one that begins with " + spec_.prefix.text,
           hint ? "did you mean " + std::string(*hint) + '?' : "cef.prefix sets that beginning");
    }
  }

  void resolve_label(const KeySpec& spec, MappedKey& key) {
    const bool wanted = find_cef_key(key.key + "Label", spec_.version) != nullptr;
    if (!spec.label) {
      if (wanted) fail(spec.key.where, key.key, "expected a label", "add label = \"what it holds\"");
      return;
    }
    if (!wanted)
      fail(spec.label->where, key.key + ".label",
           "expected no label: only cs, cn, cfp, c6a, flex and deviceCustomDate keys have one");
    key.label = escape_extension_value(spec.label->text);
    if (key.label.empty()) fail(spec.label->where, key.key + ".label", "expected a text, got none");
    if (!labels_and_keys_.insert(spec.label->text).second) {
      fail(spec.label->where, key.key + ".label", "expected a label of its own, got \"" + spec.label->text + '"',
           "some SIEMs rename the slot to its label, so that equal names overwrite each other");
    }
  }

  KeySource resolve_source(const PositionedText& text, const MappedKey& key) {
    KeySource source;
    if (text.text.starts_with('@')) {
      const auto* known = std::find_if(std::begin(kContextNames), std::end(kContextNames),
                                       [&](const ContextName& entry) { return entry.name == text.text; });
      if (known == std::end(kContextNames)) {
        NearestWord nearest(text.text);
        for (const ContextName& entry : kContextNames) nearest.offer(entry.name);
        const auto hint = nearest.result();
        fail(text.where, key.key, "expected a value of the export, got \"" + text.text + '"',
             hint ? "did you mean " + std::string(*hint) + '?' : "mappings/README.md lists the @ names");
        return source;
      }
      source.context = known->value;
      const bool checked = is_checked_number(known->value) && key.type == CefType::integer;
      if (key.type && !checked && !suits(known->type, *key.type)) {
        fail(text.where, key.key,
             "expected " + std::string(type_text(*key.type)) + ", got " + std::string(type_text(known->type)));
      }
      return source;
    }
    source.element = resolve_element(text, key.key);
    const InformationElement* element = registry_.find_by_name(text.text);
    if (element != nullptr && key.type && key.table == nullptr && !suits(element->type, *key.type)) {
      fail(text.where, key.key,
           "expected " + std::string(type_text(*key.type)) + ", got " + element->name + ", which is of type " +
               std::string(to_string(element->type)));
    }
    if (element != nullptr && key.table != nullptr && !is_unsigned(element->type)) {
      fail(text.where, key.key, "expected a number to look up in a table, got " + element->name);
    }
    return source;
  }

  const MappingSpec& spec_;
  const ElementRegistry& registry_;
  Mapping mapping_;
  ConfigErrors errors_;
  std::set<std::string> labels_and_keys_;
};

}  // namespace

bool ElementMatch::matches(const Field& field) const noexcept {
  if (id) return field.id == *id;
  return field.element != nullptr && field.element->name == name;
}

std::expected<Mapping, ConfigErrors> resolve_mapping(const MappingSpec& spec, const ElementRegistry& registry) {
  return Resolver(spec, registry).run();
}

}  // namespace flowcef
