#include "support/reference_renderer.hpp"

#include <algorithm>

#include "support/reference_condition.hpp"
#include "support/reference_tables.hpp"

namespace flowcef::test {
namespace {

using reference::Record;

std::string generated_name(const Field& field) {
  const std::string number = std::to_string(field.id.id);
  if (field.element == nullptr) {
    if (field.id.pen == 0) return "Element" + number;
    if (field.id.pen == kNetflow9Pen) return "V9Field" + number;
    if (field.id.pen == kNetflow9ScopePen) return "Scope" + number;
    return "Pen" + std::to_string(field.id.pen) + "Id" + number;
  }
  const std::string& name = field.element->name;
  const bool shouting = name.find('_') != std::string::npos &&
                        std::none_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  std::string text;
  bool begins_word = true;
  for (const char c : name) {
    const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter_or_digit && begins_word) {
      text += static_cast<char>(std::toupper(c));
    } else if (letter_or_digit) {
      text += shouting ? static_cast<char>(std::tolower(c)) : c;
    }
    begins_word = !letter_or_digit;
  }
  return text;
}

std::string generated_key(const std::string& prefix, const Field& field) {
  const std::string key = prefix + generated_name(field);
  return key.ends_with("Label") ? key + "Value" : key;
}

/// Returns: the key, numbered if it is taken, and takes it.
std::string take(std::set<std::string>& keys, const std::string& key) {
  std::string numbered = key;
  for (unsigned number = 2; keys.contains(numbered); ++number) numbered = key + std::to_string(number);
  keys.insert(numbered);
  return numbered;
}

bool is_any(const std::vector<PositionedText>& elements, const Field& field) {
  return std::ranges::any_of(
      elements, [&](const PositionedText& element) { return reference::names_field(element.text, field); });
}

}  // namespace

std::optional<std::string> ReferenceRenderer::line(const DataSet& set, std::uint32_t index,
                                                   const std::string& event_prefix, std::uint64_t event) const {
  const Record record(set, index);
  Line line{record,
            event_of(record),
            event_prefix + std::to_string(event),
            event_prefix,
            {},
            std::vector<bool>(record.size()),
            std::vector<bool>(record.size()),
            std::vector<bool>(record.size()),
            {},
            {}};
  if (line.event.drop) return std::nullopt;
  for (const KeySpec& key : keys_) {
    line.keys.insert(key.key.text);
    if (key.text_table) line.keys.insert(key.key.text + "Text");
  }
  for (const EventSpec& rule : spec_.events) {
    for (const ConstantSpec& constant : rule.set) line.keys.insert(constant.key.text);
  }
  for (const ConstantSpec& constant : line.event.set) {
    add_pair(constant.key.text, constant.label, reference::escaped(constant.value.text), line);
  }
  for (const KeySpec& key : keys_) add_key(key, line);
  const RecordView view = set.layout.view;
  if (view != RecordView::raw) add_generated_keys(line);
  if (view != RecordView::raw && !set.layout.options) add_long_flow(line);
  if (view != RecordView::interpreted) add_raw_keys(line);

  std::string text = header_of(line.event);
  for (const std::string& pair : line.pairs) text += (&pair == line.pairs.data() ? "" : " ") + pair;
  return text;
}

const EventSpec& ReferenceRenderer::event_of(const Record& record) const {
  for (const EventSpec& event : spec_.events) {
    if (!event.when || reference::holds(*event.when, record)) return event;
  }
  return spec_.events.back();
}

std::string ReferenceRenderer::header_of(const EventSpec& event) const {
  std::string header = "CEF:" + std::to_string(spec_.version) + '|';
  for (const PositionedText& part :
       {event.vendor.value_or(spec_.vendor), event.product.value_or(spec_.product),
        event.device_version.value_or(spec_.device_version), event.signature, event.name}) {
    header += reference::escaped_header(part.text) + '|';
  }
  return header + std::to_string(event.severity) + '|';
}

const CefKey* ReferenceRenderer::dictionary_row(const std::string& key) const {
  const unsigned version = spec_.dictionary.value_or(spec_.version == 0 ? 0 : 1);
  const CefKey* newest = nullptr;
  for (const CefKey& row : cef_keys()) {
    if (row.key == key && row.version <= version && (newest == nullptr || row.version > newest->version)) newest = &row;
  }
  return newest;
}

std::vector<KeySpec> ReferenceRenderer::keys_in_force(const MappingSpec& spec) {
  std::vector<KeySpec> keys;
  const KeySpec* in = nullptr;
  const KeySpec* out = nullptr;
  for (const KeySpec& key : spec.keys) {
    if (key.key.text == "in") in = &key;
    if (key.key.text == "out") out = &key;
  }
  for (KeySpec key : spec.keys) {
    const bool is_in = key.key.text == "in";
    if (spec.swap_bytes && (is_in || key.key.text == "out")) {
      const KeySpec* other = is_in ? out : in;
      if (other == nullptr) key.key.text = is_in ? "out" : "in";
      if (other != nullptr) key.from = other->from, key.value = other->value;
    }
    if (!spec.event_id) std::erase_if(key.from, [](const auto& source) { return source.text == "@event_id"; });
    if (key.value || !key.from.empty()) keys.push_back(key);
  }
  return keys;
}

void ReferenceRenderer::add_pair(const std::string& key, const std::optional<PositionedText>& label,
                                 const std::string& text, Line& line) const {
  if (label) line.pairs.push_back(key + "Label=" + reference::escaped(label->text));
  line.pairs.push_back(key + '=' + text);
}

void ReferenceRenderer::add_key(const KeySpec& key, Line& line) const {
  const bool is_set = std::ranges::any_of(
      line.event.set, [&](const ConstantSpec& constant) { return constant.key.text == key.key.text; });
  const Record& record = line.record;
  if (key.options_record && *key.options_record != record.set().layout.options) return;
  if (key.value && !is_set) add_pair(key.key.text, key.label, reference::escaped(key.value->text), line);
  bool applies = false;
  bool done = is_set;
  for (const PositionedText& source : key.from) {
    // A raw line shows nothing that was made of the record's values.
    const bool of_set = source.text == "@event_id" || reference::set_value(source.text, record.set(), {});
    if (record.set().layout.view == RecordView::raw && !of_set) continue;
    applies = true;
    const auto offer = offer_of(key, source.text, line);
    if (!offer) continue;
    if (offer->field && key.custom) line.as_well[*offer->field] = true;
    // Who leaves zeros out wants them of none of the sources.
    const bool omitted = key.omit == Omit::zero && offer->zero;
    if (key.omit == Omit::zero && offer->field && record.is_zero(*offer->field)) line.shown[*offer->field] = true;
    if (done) continue;
    if (offer->field) {
      line.named[*offer->field] = true;
      if (!offer->text.empty() && !omitted && offer->whole && !key.custom) line.shown[*offer->field] = true;
    }
    if (!offer->text.empty() && !omitted) {
      if (source.text == "@start") line.start = record.flow_time(true)->ms;
      add_pair(key.key.text, key.label, offer->text, line);
      if (offer->twin) add_pair(key.key.text + "Text", {}, *offer->twin, line);
      done = true;
    }
  }
  if (key.omit == Omit::never && applies && !done) add_pair(key.key.text, key.label, {}, line);
}

std::optional<ReferenceRenderer::Offer> ReferenceRenderer::offer_of(const KeySpec& key, const std::string& source,
                                                                    Line& line) const {
  if (source == "@event_id") {
    Offer offer;
    offer.text = line.event_id;
    return offer;
  }
  if (const auto text = reference::set_value(source, line.record.set(), line.event_prefix)) {
    return of_set(key, source, *text);
  }
  if (source.starts_with('@')) return record_value(key, source, line);
  std::optional<Offer> found;
  for (std::size_t at = 0; at < line.record.size(); ++at) {
    if (!reference::names_field(source, line.record.field(at))) continue;
    if (!found) found = field_value(key, line.record, at);
  }
  // The address of the other family may be one of this.
  const bool other_family = found && found->text.empty() && !line.record.shows(*found->field);
  const bool wants_twin = !found || (other_family && reference::is_zero(line.record.bytes(*found->field)));
  const auto twin = wants_twin ? mapped_ipv4(key, source, line.record) : std::nullopt;
  if (found && twin) found->text = twin->text;
  return found ? found : twin;
}

ReferenceRenderer::Offer ReferenceRenderer::of_set(const KeySpec& key, const std::string& source,
                                                   const std::string& text) const {
  Offer offer;
  if (text.empty()) return offer;
  const CefKey* row = dictionary_row(key.key.text);
  const bool is_signed = key.form == ValueForm::signed_number;
  if (source == "@export_time" || source == "@receive_time") {
    offer = time_offer(key, std::stoll(text));
  } else if (is_signed || key.form == ValueForm::number) {
    const Octets address = reference::parse_address(text);
    offer = number_offer(key, reference::unsigned_number(address));
    if (is_signed) offer.text = suits_sign(key, address) ? std::to_string(*reference::signed_number(address)) : "";
  } else if (source == "@header_bytes" && !key.max_length && row != nullptr && row->max_length != 0) {
    offer.text = text.substr(0, row->max_length / 2 * 2);
  } else if (source == "@header_bytes") {
    limit_digits(key, text, 2, offer);
  } else if (text.find_first_not_of("0123456789") == std::string::npos) {
    offer = number_offer(key, std::stoull(text));
  } else if (source == "@record_kind" || source == "@message_id") {
    limit_text(key, text, offer);
  } else if (row == nullptr || row->max_length == 0 || text.size() <= row->max_length) {
    offer.text = text;
  }
  offer.zero = offer.text == "0";
  return offer;
}

std::optional<ReferenceRenderer::Offer> ReferenceRenderer::record_value(const KeySpec& key, const std::string& source,
                                                                        Line& line) const {
  const Record& record = line.record;
  if (source == "@start" || source == "@end") return flow_time(key, source == "@start", line);
  if (source == "@icmp_type" || source == "@icmp_code" || source == "@icmp_type_name") {
    const auto icmp = record.icmp();
    if (!icmp) return std::nullopt;
    if (!record.is_icmp()) return Offer();
    Offer offer = number_offer(key, source == "@icmp_code" ? *icmp % 256 : *icmp / 256);
    if (source == "@icmp_type_name") {
      const bool ipv6 = reference::unsigned_number(record.bytes(*record.find(4))) == 58U;
      const auto name = reference::table_words(spec_, ipv6 ? "icmpv6_type" : "icmp_type", *icmp / 256);
      if (name) {
        limit_text(key, *name, offer);
        offer.zero = false;
      }
    }
    return offer;
  }
  if (record.set().layout.options) return std::nullopt;
  const std::uint64_t interval = record.sampling_interval();
  if (source == "@sampling_interval") return number_offer(key, interval == 0 ? std::nullopt : std::optional(interval));
  if (source == "@corrected_octets" || source == "@corrected_packets") {
    const auto at = record.find(source == "@corrected_octets" ? 1 : 2);
    if (!at) return std::nullopt;
    const auto count = record.bytes(*at).size() <= 8 ? reference::unsigned_number(record.bytes(*at)) : std::nullopt;
    if (!count || interval == 0) return Offer();
    const bool beyond = *count != 0 && interval > ~std::uint64_t{0} / *count;
    return number_offer(key, beyond ? ~std::uint64_t{0} : *count * interval);
  }
  return std::nullopt;  // a name that only options data or the configuration tells
}

/// An end before the start says that one of them is wrong.
std::optional<ReferenceRenderer::Offer> ReferenceRenderer::flow_time(const KeySpec& key, bool start, Line& line) const {
  const auto time = line.record.flow_time(start);
  if (!time) return std::nullopt;
  Offer offer;
  const bool backwards = !start && time->ms && line.start && *time->ms < *line.start;
  if (time->ms && !backwards && line.record.shows(time->field)) offer = time_offer(key, *time->ms);
  offer.field = time->field;
  offer.zero = offer.text.empty() && line.record.is_zero(time->field);
  offer.whole = offer.whole && time->exact;
  return offer;
}

/// Dual-stack hosts show IPv4 peers as ::ffff:192.0.2.1 in the IPv6 element.
std::optional<ReferenceRenderer::Offer> ReferenceRenderer::mapped_ipv4(const KeySpec& key, const std::string& element,
                                                                       const Record& record) const {
  static const std::map<std::string, std::uint16_t> kIpv6Twins = {
      {"sourceIPv4Address", 27},         {"8", 27},    {"destinationIPv4Address", 28},         {"12", 28},
      {"postNATSourceIPv4Address", 281}, {"225", 281}, {"postNATDestinationIPv4Address", 282}, {"226", 282}};
  const CefKey* row = dictionary_row(key.key.text);
  const auto twin = kIpv6Twins.find(element);
  if (row == nullptr || row->type != CefType::ipv4 || twin == kIpv6Twins.end()) return std::nullopt;
  const auto at = record.find(twin->second);
  if (!at || record.field(*at).length != 16) return std::nullopt;
  Offer offer;
  if (record.shows(*at) && reference::is_mapped_ipv4(record.bytes(*at))) {
    offer.text = reference::address(record.bytes(*at));
  }
  return offer;
}

void ReferenceRenderer::add_generated_keys(Line& line) const {
  const Record& record = line.record;
  for (std::size_t at = 0; at < record.size(); ++at) {
    const Field& field = record.field(at);
    const std::string key = take(line.keys, generated_key(spec_.prefix.text, field));
    if (!record.shows(at) || is_any(spec_.drop, field)) continue;
    if (line.shown[at] && !line.as_well[at]) continue;
    if (spec_.unmapped == Unmapped::drop && !line.named[at] && !line.as_well[at]) continue;
    if (record.is_zero(at) && is_any(spec_.omit_zero, field)) continue;
    const std::string text = reference::plain(field, record.bytes(at));
    if (!text.empty()) add_pair(key, {}, text, line);
  }
}

void ReferenceRenderer::add_long_flow(Line& line) const {
  const std::uint32_t limit = line.record.set().layout.long_flow_ms;
  const auto start = line.record.flow_time(true);
  const auto end = line.record.flow_time(false);
  if (limit == 0 || !start || !end) return;
  const std::string key = take(line.keys, spec_.prefix.text + "LongFlow");
  if (!start->ms || !end->ms || *end->ms - *start->ms <= limit || spec_.unmapped == Unmapped::drop) return;
  add_pair(key, {}, std::to_string(*end->ms - *start->ms), line);
}

void ReferenceRenderer::add_raw_keys(Line& line) const {
  const Record& record = line.record;
  for (std::size_t at = 0; at < record.size(); ++at) {
    if (record.field(at).in_header) continue;
    const std::string key = take(line.keys, generated_key(spec_.prefix.text + "Raw", record.field(at)));
    if (record.has(at) && !record.bytes(at).empty()) add_pair(key, {}, reference::hex(record.bytes(at)), line);
  }
}

}  // namespace flowcef::test
