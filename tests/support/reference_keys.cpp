// What a field shows under a key of the mapping.
#include "support/reference_renderer.hpp"
#include "support/reference_tables.hpp"

namespace flowcef::test {
namespace {

using reference::Look;
using reference::Record;

constexpr std::uint64_t kMax16 = 0xffff;
constexpr std::uint64_t kMax32 = 0x7fff'ffff;
constexpr std::uint64_t kMax64 = 0x7fff'ffff'ffff'ffff;

/// Keys that the standard bounds more tightly than their type.
const std::map<std::string, std::uint64_t>& ranges() {
  static const std::map<std::string, std::uint64_t> kRanges = {
      {"spt", kMax16},        {"dpt", kMax16}, {"sourceTranslatedPort", kMax16}, {"destinationTranslatedPort", kMax16},
      {"deviceDirection", 1}, {"type", 3}};
  return kRanges;
}

bool is_port(const KeySpec& key) {
  return key.key.text == "spt" || key.key.text == "dpt";
}

/// Returns: whether all of it is characters, and none of those are controls (U+0080 to U+009F are).
bool is_printable(const reference::Octets& text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = reference::character_at(text, at);
    const auto byte = static_cast<std::uint8_t>(text[at]);
    const bool upper_control = text.substr(at, size) >= "\xc2\x80" && text.substr(at, size) <= "\xc2\x9f";
    if (size == 0 || byte < 0x20 || byte == 0x7f || upper_control) return false;
    at += size;
  }
  return true;
}

reference::Octets without_nuls(reference::Octets text) {
  while (text.ends_with('\0')) text.pop_back();
  return text;
}

}  // namespace

std::uint64_t ReferenceRenderer::limit_of(const KeySpec& key) const {
  const CefKey* row = dictionary_row(key.key.text);
  if (row == nullptr) return ~std::uint64_t{0};
  if (const auto range = ranges().find(key.key.text); range != ranges().end()) return range->second;
  const bool wide = wide_in_ && (key.key.text == "in" || key.key.text == "out");
  if (row->type == CefType::integer && !wide) return kMax32;
  return row->type == CefType::integer || row->type == CefType::long_integer ? kMax64 : ~std::uint64_t{0};
}

/// What counts or numbers something is not negative.
bool ReferenceRenderer::suits_sign(const KeySpec& key, const Octets& number) const {
  const CefKey* row = dictionary_row(key.key.text);
  if (row == nullptr || (row->type != CefType::integer && row->type != CefType::long_integer)) return true;
  const std::set<std::string> counters = {"in", "out", "reportedDuration"};
  const std::int64_t value = reference::signed_number(number).value_or(0);
  if (row->type == CefType::long_integer && !counters.contains(key.key.text)) return true;
  return value >= 0 && static_cast<std::uint64_t>(value) <= limit_of(key);
}

ReferenceRenderer::Offer ReferenceRenderer::number_offer(const KeySpec& key,
                                                         std::optional<std::uint64_t> number) const {
  Offer offer;
  if (!number || *number > limit_of(key)) return offer;
  offer.text = std::to_string(*number);
  offer.zero = *number == 0;
  return offer;
}

void ReferenceRenderer::limit_text(const KeySpec& key, const Octets& text, Offer& offer) const {
  const CefKey* row = dictionary_row(key.key.text);
  const std::size_t limit = row == nullptr || row->max_length == 0 ? text.size() : row->max_length;
  if (key.max_length) {
    offer.text = reference::marked_text(text, *key.max_length);
  } else {
    offer.text = reference::escaped(reference::cut(text, limit));
    offer.whole = text.size() <= limit;
  }
}

/// Half of them would say less than none.
void ReferenceRenderer::limit_digits(const KeySpec& key, const std::string& digits, std::size_t group,
                                     Offer& offer) const {
  const CefKey* row = dictionary_row(key.key.text);
  const bool too_long = row != nullptr && row->max_length != 0 && digits.size() > row->max_length;
  if (key.max_length) {
    offer.text = reference::marked_digits(digits, *key.max_length, group);
  } else if (!too_long) {
    offer.text = reference::escaped(digits);
  }
}

std::optional<ReferenceRenderer::Offer> ReferenceRenderer::field_value(const KeySpec& key, const Record& record,
                                                                       std::size_t at) const {
  auto offer = by_type(key, record, at);
  if (!offer) return std::nullopt;
  offer->field = at;
  const CefKey* row = dictionary_row(key.key.text);
  const bool is_time = key.time || (row != nullptr && row->type == CefType::timestamp);
  if (!key.table) offer->zero = record.is_zero(at) && !(is_time && !offer->text.empty());  // an uptime of 0 is a time
  const bool icmp_port = is_port(key) && record.states_protocol() && record.is_icmp();
  if (icmp_port || !record.shows(at) || record.bytes(at).empty()) offer->text.clear();
  return offer;
}

std::optional<ReferenceRenderer::Offer> ReferenceRenderer::by_type(const KeySpec& key, const Record& record,
                                                                   std::size_t at) const {
  const Field& field = record.field(at);
  const Octets& value = record.bytes(at);
  const Look look = reference::look_of(field);
  const bool number_type = is_unsigned(field.type());
  if (is_port(key) && field.condition == FieldCondition::icmp) return std::nullopt;
  if (key.form != ValueForm::plain) return in_form(key, record, at);
  if (key.unit) return in_unit(key, field, value);
  if (key.time) return as_time(key, record, at);
  if (key.max_length) return as_cut(key, field, value);
  if (key.table) {
    if (!number_type) return std::nullopt;
    const auto number = reference::number_of(field, value);
    if (!number) return Offer();
    const auto [looked_up, whole] = reference::table_number(key.table->text, field, *number);
    Offer shown = number_offer(key, looked_up);
    if (const auto text = reference::table_text(spec_, key.table->text, looked_up)) shown.text = *text;
    shown.whole = whole;
    return shown;
  }
  Offer offer;
  const CefKey* row = dictionary_row(key.key.text);
  if (row == nullptr) {
    offer.text = reference::plain(field, value);
    const auto number = number_type ? reference::number_of(field, value) : std::nullopt;
    if (key.text_table && number) {
      const std::string& table = key.text_table->text;
      offer.twin = reference::table_text(spec_, table, reference::table_number(table, field, *number).number);
    }
    return offer;
  }
  switch (row->type) {
    case CefType::string:
      return as_text(key, record, at);
    case CefType::integer:
    case CefType::long_integer:
      if (number_type) return number_offer(key, reference::number_of(field, value));
      if (look != Look::signed_number || field.length > 8) return std::nullopt;
      if (suits_sign(key, value)) offer.text = reference::plain(field, value);
      return offer;
    case CefType::floating:
      if (look == Look::floating) {
        if (reference::is_finite(value)) offer.text = reference::plain(field, value);
        return offer;
      }
      if (look == Look::signed_number ? field.length > 8 : look != Look::number) return std::nullopt;
      if (reference::unsigned_number(value)) offer.text = reference::plain(field, value);
      return offer;
    case CefType::ipv4:
    case CefType::ipv6:
    case CefType::ip: {
      const bool ipv4 = look == Look::ipv4 && row->type != CefType::ipv6;
      const bool ipv6 = look == Look::ipv6 && row->type != CefType::ipv4;
      if (!ipv4 && !ipv6) return std::nullopt;
      const bool elsewhere = row->type == CefType::ipv6 && reference::is_mapped_ipv4(value);
      if (!elsewhere) offer.text = reference::address(value);
      return offer;
    }
    case CefType::mac:
      if (look != Look::mac) return std::nullopt;
      offer.text = reference::mac(value);
      return offer;
    case CefType::timestamp:
      return as_time(key, record, at);
  }
  return std::nullopt;
}

/// Half a hex text says less than none.
std::optional<ReferenceRenderer::Offer> ReferenceRenderer::as_text(const KeySpec& key, const Record& record,
                                                                   std::size_t at) const {
  const Field& field = record.field(at);
  const Octets& value = record.bytes(at);
  const std::size_t limit = dictionary_row(key.key.text)->max_length;
  Offer offer;
  switch (reference::look_of(field)) {
    case Look::text:
      limit_text(key, reference::text_of(field, value), offer);
      return offer;
    case Look::signed_number:
      if (field.length > 8) return std::nullopt;
      break;
    case Look::number:
      if (!reference::unsigned_number(value)) return offer;
      break;
    case Look::ipv6:
      if (limit != 0 && limit < 39) return std::nullopt;
      break;
    case Look::hex:
      if (limit != 0 && 2 * std::size_t{field.length} > limit) return std::nullopt;
      break;
    case Look::application_id:
      if (limit != 0 && field.length > 9 && 2 * std::size_t{field.length} > limit) return std::nullopt;
      break;
    default:
      break;
  }
  offer.text = reference::plain(field, value);
  return offer;
}

std::optional<ReferenceRenderer::Offer> ReferenceRenderer::as_cut(const KeySpec& key, const Field& field,
                                                                  const Octets& value) const {
  Offer offer;
  const Look look = reference::look_of(field);
  if (look == Look::text) {
    limit_text(key, reference::text_of(field, value), offer);
  } else if (look == Look::hex) {
    limit_digits(key, reference::hex(value), 2, offer);
  } else {
    return std::nullopt;
  }
  return offer;
}

/// Where the form has no place for milliseconds, those that there are make it less than the whole time.
std::optional<ReferenceRenderer::Offer> ReferenceRenderer::as_time(const KeySpec& key, const Record& record,
                                                                   std::size_t at) const {
  const auto time = record.time(at);
  if (!time) return std::nullopt;
  Offer offer;
  if (time->ms) offer = time_offer(key, *time->ms);
  offer.whole = offer.whole && time->exact;
  return offer;
}

ReferenceRenderer::Offer ReferenceRenderer::time_offer(const KeySpec& key, std::int64_t ms) const {
  Offer offer;
  const TimeForm form = key.time.value_or(spec_.time);
  offer.text = reference::time_text(ms, form, key.local_time.value_or(spec_.local_time));
  offer.whole = ms % 1000 == 0 || !reference::is_whole_seconds(form);
  return offer;
}

/// Rounding takes something away.
std::optional<ReferenceRenderer::Offer> ReferenceRenderer::in_unit(const KeySpec& key, const Field& field,
                                                                   const Octets& value) const {
  static const std::map<TimeUnit, std::uint64_t> kNanoseconds = {{TimeUnit::seconds, 1'000'000'000},
                                                                 {TimeUnit::milliseconds, 1'000'000},
                                                                 {TimeUnit::microseconds, 1'000},
                                                                 {TimeUnit::nanoseconds, 1}};
  if (field.element == nullptr || !field.element->unit || field.bits != 0) return std::nullopt;
  const auto number = reference::unsigned_number(value);
  if (!number) return Offer();
  const __uint128_t nanoseconds = static_cast<__uint128_t>(*number) * kNanoseconds.at(*field.element->unit);
  const std::uint64_t unit = kNanoseconds.at(*key.unit);
  if (nanoseconds / unit > ~std::uint64_t{0}) return Offer();
  Offer offer = number_offer(key, static_cast<std::uint64_t>(nanoseconds / unit));
  offer.whole = nanoseconds % unit == 0;
  return offer;
}

std::optional<ReferenceRenderer::Offer> ReferenceRenderer::in_form(const KeySpec& key, const Record& record,
                                                                   std::size_t at) const {
  const Field& field = record.field(at);
  const Octets& value = record.bytes(at);
  const Look look = reference::look_of(field);
  Offer offer;
  switch (key.form) {
    case ValueForm::number:
    case ValueForm::signed_number:
      if (look != Look::ipv4) return std::nullopt;
      if (key.form == ValueForm::number) return number_offer(key, reference::unsigned_number(value));
      if (suits_sign(key, value)) offer.text = std::to_string(*reference::signed_number(value));
      return offer;
    case ValueForm::text: {
      const Octets text = look == Look::text ? reference::text_of(field, value) : without_nuls(value);
      if (look == Look::text || is_printable(text)) {
        limit_text(key, text, offer);
      } else {
        limit_digits(key, reference::hex(value), 2, offer);
      }
      return offer;
    }
    case ValueForm::hex:
      limit_digits(key, reference::hex(value), 2, offer);
      return offer;
    case ValueForm::base64:
      limit_digits(key, reference::base64(value), 4, offer);
      return offer;
    case ValueForm::asn1_time: {
      // NULs may stand behind the date.
      const auto ms = reference::asn1_time(value.substr(0, value.find('\0')));
      return ms && *ms > 0 ? time_offer(key, *ms) : offer;
    }
    case ValueForm::plain:
      break;
  }
  return std::nullopt;
}

}  // namespace flowcef::test
