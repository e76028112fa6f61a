#include "flowcef/decode/fixed_formats.hpp"

#include <algorithm>
#include <span>

namespace flowcef {
namespace {

struct Item {
  std::uint16_t id;
  std::uint16_t length;
  std::uint32_t offset;
  FieldCondition condition = FieldCondition::always;
  std::uint32_t pen = 0;
};

constexpr Item kFirstItems[] = {
    {8, 4, 0},                              // srcaddr
    {12, 4, 4},                             // dstaddr
    {15, 4, 8},                             // nexthop
    {10, 2, 12},                            // input
    {14, 2, 14},                            // output
    {2, 4, 16},                             // dPkts
    {1, 4, 20},                             // dOctets
    {22, 4, 24},                            // First
    {21, 4, 28},                            // Last
    {7, 2, 32},                             // srcport
    {11, 2, 34, FieldCondition::not_icmp},  // dstport, which for ICMP holds
    {32, 2, 34, FieldCondition::icmp},      // type * 256 + code
};

// Bytes 36 to 37 are padding, and all behind the flags.
constexpr Item kNetflow1Items[] = {
    {4, 1, 38},  // prot
    {5, 1, 39},  // tos
    {6, 1, 40},  // flags, those of TCP
};

// Bytes 36 and 46 to 47 are padding.
constexpr Item kNetflow5Items[] = {
    {6, 1, 37},   // tcp_flags
    {4, 1, 38},   // prot
    {5, 1, 39},   // tos
    {16, 2, 40},  // src_as
    {17, 2, 42},  // dst_as
    {9, 1, 44},   // src_mask
    {13, 1, 45},  // dst_mask
};

// Where v5 has padding, v7 says which fields are invalid.
constexpr Item kNetflow7Items[] = {
    {kNetflow7Flags, 1, 36, FieldCondition::always, kNetflow7Pen},
    {6, 1, 37},
    {4, 1, 38},
    {5, 1, 39},
    {16, 2, 40},
    {17, 2, 42},
    {9, 1, 44},
    {13, 1, 45},
    {kNetflow7Flags, 2, 46, FieldCondition::always, kNetflow7Pen},
    {kNetflow7RouterSc, 4, 48, FieldCondition::always, kNetflow7Pen},  // the router that the switch bypassed
};

std::span<const Item> last_items(ExportFormat format) {
  if (format == ExportFormat::netflow1) return kNetflow1Items;
  if (format == ExportFormat::netflow7) return kNetflow7Items;
  return kNetflow5Items;
}

Field make_field(const ElementRegistry& registry, const Item& item) {
  Field field;
  field.id = {item.pen, item.id};
  field.element = registry.find(field.id);
  field.length = item.length;
  field.offset = item.offset;
  field.condition = item.condition;
  return field;
}

void add_netflow5_header(const ElementRegistry& registry, Template& layout) {
  const auto add = [&](const Item& item, std::uint8_t shift, std::uint8_t bits) {
    Field& field = layout.fields.emplace_back(make_field(registry, item));
    field.in_header = true;
    field.bits_shift = shift;
    field.bits = bits;
  };
  add({38, 1, 20}, 0, 0);  // engine_type
  add({39, 1, 21}, 0, 0);  // engine_id
  // The sampling word: mode in the upper two bits, interval in the lower fourteen.
  add({35, 2, 22}, 14, 2);
  add({34, 2, 22}, 0, 14);
}

const FixedFormat* find_format(std::uint16_t version) {
  const auto* found = std::find_if(kFixedFormats.begin(), kFixedFormats.end(),
                                   [&](const FixedFormat& format) { return format.version == version; });
  return found == kFixedFormats.end() ? nullptr : found;
}

void read_header(FixedMessage& message, const FixedFormat& format, Bytes datagram) {
  const std::uint8_t* header = datagram.data();
  message.format = &format;
  message.header = datagram.first(format.header_length);
  message.uptime_ms = load_be<std::uint32_t>(header + 4);
  message.export_ms = std::int64_t{load_be<std::uint32_t>(header + 8)} * 1000;
  const std::uint32_t nanoseconds = load_be<std::uint32_t>(header + 12);
  // Some devices put another unit or junk here.
  if (nanoseconds < 1'000'000'000) message.export_ms += nanoseconds / 1'000'000;
  if (format.has_sequence) message.sequence = load_be<std::uint32_t>(header + 16);
  if (format.format == ExportFormat::netflow5) message.domain = load_be<std::uint16_t>(header + 20);
}

void take_records(FixedMessage& message, Bytes body, std::size_t count) {
  message.record_count = static_cast<std::uint32_t>(count);
  message.records = body.first(count * message.format->record_length);
}

/// Version 1 is what much other traffic begins with: only a length that fits the count exactly will do.
FixedMessage read_netflow1(Bytes datagram) {
  FixedMessage message;
  const std::size_t stated = load_be<std::uint16_t>(datagram.data() + 2);
  for (const FixedFormat& format : kFixedFormats) {
    if (format.format != ExportFormat::netflow1) continue;
    if (datagram.size() != format.header_length + stated * format.record_length) continue;
    read_header(message, format, datagram);
    take_records(message, datagram.subspan(format.header_length), stated);
    return message;
  }
  message.refusal = Refusal::bad_message_length;
  return message;
}

}  // namespace

FixedMessage read_fixed_message(Bytes datagram) noexcept {
  FixedMessage message;
  message.refusal = Refusal::short_header;
  if (datagram.size() < 2) return message;
  const FixedFormat* format = find_format(load_be<std::uint16_t>(datagram.data()));
  if (format == nullptr) {
    message.refusal = Refusal::unknown_version;
    return message;
  }
  if (datagram.size() < format->header_length) return message;
  if (format->format == ExportFormat::netflow1) return read_netflow1(datagram);

  const Bytes body = datagram.subspan(format->header_length);
  const std::size_t stated = load_be<std::uint16_t>(datagram.data() + 2);
  const std::size_t whole = body.size() / format->record_length;
  message.refusal.reset();
  if (body.size() != stated * format->record_length) message.refusal = Refusal::bad_message_length;
  // Some devices state counts beyond all measure over whole records; a length that fits no count either is other
  // traffic that happens to begin with this version.
  const bool fits = body.size() == whole * format->record_length;
  if (stated > whole && stated > format->max_records && !fits) return message;
  read_header(message, *format, datagram);
  take_records(message, body, std::min(stated, whole));
  return message;
}

std::shared_ptr<Template> make_fixed_template(const FixedFormat& format, const ElementRegistry& registry) {
  auto layout = std::make_shared<Template>();
  layout->format = format.format;
  layout->record_length = static_cast<std::uint32_t>(format.record_length);
  for (const Item& item : kFirstItems) layout->fields.push_back(make_field(registry, item));
  for (const Item& item : last_items(format.format)) layout->fields.push_back(make_field(registry, item));
  if (format.format == ExportFormat::netflow5) add_netflow5_header(registry, *layout);
  return layout;
}

}  // namespace flowcef
