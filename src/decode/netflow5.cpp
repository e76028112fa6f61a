#include "netflow5.hpp"

namespace flowcef {
namespace {

struct Item {
  std::uint16_t id;
  std::uint16_t length;
  std::uint32_t offset;
  FieldCondition condition = FieldCondition::always;
};

// Bytes 36 and 46 to 47 are padding.
constexpr Item kRecord[] = {
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
    {6, 1, 37},                             // tcp_flags
    {4, 1, 38},                             // prot
    {5, 1, 39},                             // tos
    {16, 2, 40},                            // src_as
    {17, 2, 42},                            // dst_as
    {9, 1, 44},                             // src_mask
    {13, 1, 45},                            // dst_mask
};

Field header_field(const ElementRegistry& registry, std::uint16_t id, std::uint16_t length, std::uint32_t offset) {
  Field field;
  field.id = {0, id};
  field.element = registry.find(field.id);
  field.length = length;
  field.offset = offset;
  field.in_header = true;
  return field;
}

}  // namespace

std::shared_ptr<const Template> make_netflow5_template(const ElementRegistry& registry) {
  const auto made = std::make_shared<Template>();
  Template& layout = *made;
  layout.format = ExportFormat::netflow5;
  layout.record_length = kNetflow5RecordLength;
  for (const Item& item : kRecord) {
    Field field;
    field.id = {0, item.id};
    field.element = registry.find(field.id);
    field.length = item.length;
    field.offset = item.offset;
    field.condition = item.condition;
    layout.fields.push_back(field);
  }
  layout.fields.push_back(header_field(registry, 38, 1, 20));  // engine_type
  layout.fields.push_back(header_field(registry, 39, 1, 21));  // engine_id
  // The sampling word: mode in the upper two bits, interval in the lower fourteen.
  Field mode = header_field(registry, 35, 2, 22);
  mode.bits_shift = 14;
  mode.bits = 2;
  Field interval = header_field(registry, 34, 2, 22);
  interval.bits = 14;
  layout.fields.push_back(mode);
  layout.fields.push_back(interval);
  return made;
}

}  // namespace flowcef
