#include "flowcef/decode/completeness.hpp"

#include <algorithm>
#include <initializer_list>
#include <iterator>

namespace flowcef {
namespace {

/// In the order of kSkylightItems.
enum class SkylightItem : std::uint8_t {
  start,
  end,
  ingress,
  egress,
  protocol,
  tos,
  source,
  destination,
  bytes,
  packets,
  source_port,
  destination_port,
  icmp,
};

constexpr const char* kSkylightItems[] = {
    "start",       "end",   "ingressInterface", "egressInterface", "protocolIdentifier", "ipClassOfService", "source",
    "destination", "bytes", "packets",          "sourcePort",      "destinationPort",    "icmpTypeCode"};

constexpr std::uint16_t kProtocolIdentifier = 4;
constexpr std::uint16_t kSystemInitTimeMilliseconds = 160;

constexpr std::uint32_t bit_of(std::size_t item) {
  return std::uint32_t{1} << item;
}

/// Returns: the field of that IANA element if its length is one of these; of no lengths, any fixed one will do.
const Field* find_fixed(const Template& layout, std::uint16_t id, std::initializer_list<std::uint16_t> lengths = {}) {
  for (const Field& field : layout.fields) {
    if (field.id != ElementId{0, id} || field.length == kVariableLength) continue;
    if (lengths.size() == 0 || std::find(lengths.begin(), lengths.end(), field.length) != lengths.end()) return &field;
  }
  return nullptr;
}

bool has(const Template& layout, std::uint16_t id, std::initializer_list<std::uint16_t> lengths = {}) {
  return find_fixed(layout, id, lengths) != nullptr;
}

enum class TimeForm : std::uint8_t { none, by_uptime, absolute };

/// The elements of one end of a flow.
struct TimeElements {
  std::uint16_t seconds, milliseconds, microseconds, nanoseconds, delta_microseconds, uptime;
};

constexpr TimeElements kStartElements{150, 152, 154, 156, 158, 22};
constexpr TimeElements kEndElements{151, 153, 155, 157, 159, 21};

TimeForm stated_form(const Template& layout, const TimeElements& time) {
  if (has(layout, time.seconds, {4, 8}) || has(layout, time.milliseconds, {8}) || has(layout, time.microseconds, {8}) ||
      has(layout, time.nanoseconds, {8}) || has(layout, time.delta_microseconds, {4})) {
    return TimeForm::absolute;
  }
  if (!has(layout, time.uptime, {4, 8})) return TimeForm::none;
  // Only the header of IPFIX has no uptime; the record may say when the exporter booted.
  const bool absolute = layout.format != ExportFormat::ipfix || has(layout, kSystemInitTimeMilliseconds, {8});
  return absolute ? TimeForm::absolute : TimeForm::by_uptime;
}

/// One end of a flow follows from the other by the duration as well.
TimeForm form_of(const Template& layout, const TimeElements& time, const TimeElements& other) {
  const TimeForm stated = stated_form(layout, time);
  const bool duration = has(layout, 161, {4, 8}) || has(layout, 162, {4, 8});
  return duration ? std::max(stated, stated_form(layout, other)) : stated;
}

bool has_icmp(const Template& layout) {
  return has(layout, 32) || has(layout, 139) || (has(layout, 176) && has(layout, 177)) ||
         (has(layout, 178) && has(layout, 179));
}

std::uint64_t protocol_of(Bytes value) {
  const Bytes low = value.last(std::min<std::size_t>(value.size(), 8));
  return load_be(low.data(), low.size());
}

}  // namespace

Completeness::Completeness(const Requirement& requirement, const ElementRegistry& registry)
    : skylight_(requirement.skylight) {
  if (skylight_) items_.assign(std::begin(kSkylightItems), std::end(kSkylightItems));
  for (const std::string& name : requirement.elements) {
    // Asked for in every flow already.
    if (std::find(items_.begin(), items_.end(), name) != items_.end()) continue;
    const InformationElement* element = registry.find_by_name(name);
    if (items_.size() < kMaxRequiredItems) {
      items_.push_back(name);
    } else {
      items_.back() = "others";
    }
    const std::uint32_t bit = bit_of(items_.size() - 1);
    elements_.push_back({element != nullptr ? element->id : ElementId{}, bit, element != nullptr});
  }
}

bool Completeness::always_complete(const Template& layout) noexcept {
  return items_.empty() || layout.options || lack_of(layout).nothing();
}

std::uint32_t Completeness::check(const DataSet& set, std::uint32_t index) noexcept {
  if (items_.empty() || set.layout.options) return 0;
  const Lack& lack = lack_of(set.layout);
  std::uint32_t missing = lack.always;
  if (!set.context.uptime_known) missing |= lack.without_uptime;
  if (lack.protocol != nullptr) {
    const std::uint64_t protocol = protocol_of(value_of(set, index, *lack.protocol));
    if (protocol == 6 || protocol == 17) missing |= lack.transport;
    if (protocol == 1 || protocol == 58) missing |= lack.icmp;
  }
  bool filled = false;
  for (const VariableItem& item : lack.variable) {
    filled = filled || !value_of(set, index, set.layout.fields[item.field]).empty();
    if (!item.last) continue;
    if (!filled) missing |= item.bit;
    filled = false;
  }
  return missing;
}

const Completeness::Lack& Completeness::lack_of(const Template& layout) noexcept {
  const std::size_t address = reinterpret_cast<std::uintptr_t>(&layout) / alignof(std::max_align_t);
  Lack& slot = known_[(address ^ address >> 8) % known_.size()];
  if (slot.layout == &layout && !slot.alive.expired()) return slot;
  slot = {};
  slot.layout = &layout;
  slot.alive = layout.weak_from_this();
  if (skylight_) find_skylight_lack(layout, slot);
  find_element_lack(layout, slot);
  return slot;
}

void Completeness::find_skylight_lack(const Template& layout, Lack& lack) const {
  const auto require = [](SkylightItem item, bool there, std::uint32_t& missing) {
    if (!there) missing |= bit_of(static_cast<std::size_t>(item));
  };
  const TimeForm start = form_of(layout, kStartElements, kEndElements);
  const TimeForm end = form_of(layout, kEndElements, kStartElements);
  require(SkylightItem::start, start != TimeForm::none, lack.always);
  require(SkylightItem::end, end != TimeForm::none, lack.always);
  require(SkylightItem::start, start != TimeForm::by_uptime, lack.without_uptime);
  require(SkylightItem::end, end != TimeForm::by_uptime, lack.without_uptime);
  require(SkylightItem::ingress, has(layout, 10), lack.always);
  require(SkylightItem::egress, has(layout, 14), lack.always);
  require(SkylightItem::protocol, has(layout, kProtocolIdentifier), lack.always);
  require(SkylightItem::tos, has(layout, 5), lack.always);
  require(SkylightItem::source, has(layout, 8, {4}) || has(layout, 27, {16}), lack.always);
  require(SkylightItem::destination, has(layout, 12, {4}) || has(layout, 28, {16}), lack.always);
  // A delta, a total, or the initiator's part of the flow.
  require(SkylightItem::bytes, has(layout, 1) || has(layout, 85) || has(layout, 231), lack.always);
  require(SkylightItem::packets, has(layout, 2) || has(layout, 86) || has(layout, 298), lack.always);

  lack.protocol = find_fixed(layout, kProtocolIdentifier);
  if (lack.protocol == nullptr) return;
  require(SkylightItem::source_port, has(layout, 7), lack.transport);
  require(SkylightItem::destination_port, has(layout, 11), lack.transport);
  require(SkylightItem::icmp, has_icmp(layout), lack.icmp);
  if ((lack.transport | lack.icmp) == 0) lack.protocol = nullptr;
}

void Completeness::find_element_lack(const Template& layout, Lack& lack) const {
  for (const Required& required : elements_) {
    const std::size_t kept = lack.variable.size();
    bool fixed = false;
    for (std::size_t i = 0; required.known && i < layout.fields.size() && !fixed; ++i) {
      if (layout.fields[i].id != required.id) continue;
      fixed = layout.fields[i].length != kVariableLength;
      lack.variable.push_back({required.bit, i, false});
    }
    if (fixed) {
      lack.variable.resize(kept);
    } else if (lack.variable.size() > kept) {
      lack.variable.back().last = true;
    } else {
      lack.always |= required.bit;
    }
  }
}

}  // namespace flowcef
