#include "record_locator.hpp"

#include "value_length.hpp"

namespace flowcef {

RecordLocator::Found RecordLocator::locate(const Template& layout, Bytes body, TemplateLookup& sub_templates) {
  positions_.clear();
  items_.clear();
  ends_.clear();
  const Found found = layout.variable ? locate_variable(layout, body) : locate_fixed(layout, body);
  if (layout.has_lists) read_lists(layout, body, found.records, sub_templates);
  return found;
}

/// Some exporters pad with more than a record's length (NX-OS: 24 to 36 bytes): a record of nothing but zeros at the end
/// is padding, unless it stands alone.
RecordLocator::Found RecordLocator::locate_fixed(const Template& layout, Bytes body) const {
  auto records = static_cast<std::uint32_t>(body.size() / layout.record_length);
  while (records > 1 && all_zero(body.subspan((records - 1) * layout.record_length, layout.record_length))) --records;
  return {records, records * layout.record_length};
}

/// One pass that finds every field once and checks every length.
RecordLocator::Found RecordLocator::locate_variable(const Template& layout, Bytes body) {
  ByteReader in(body);
  Found found{0, 0};
  while (in.remaining() >= layout.record_length) {
    const std::size_t kept = positions_.size();
    for (std::size_t i = 0; i < layout.wire_lengths.size(); ++i) {
      Bytes value;
      if (!take_value(in, layout.wire_lengths[i], value)) {
        positions_.resize(kept);
        return found;
      }
      if (layout.wire_to_field[i] < 0) continue;
      positions_.push_back(
          {static_cast<std::uint32_t>(value.data() - body.data()), static_cast<std::uint32_t>(value.size())});
    }
    ++found.records;
    found.bytes = static_cast<std::uint32_t>(body.size() - in.remaining());
  }
  return found;
}

void RecordLocator::read_lists(const Template& layout, Bytes body, std::uint32_t records,
                               TemplateLookup& sub_templates) {
  const std::size_t fields = layout.fields.size();
  for (std::uint32_t record = 0; record < records; ++record) {
    const std::size_t record_begin = items_.size();
    for (std::size_t i = 0; i < fields; ++i) {
      const Field& field = layout.fields[i];
      if (!is_list(field.type())) continue;
      FieldPosition at{record * layout.record_length + field.offset, field.length};
      if (layout.variable) at = positions_[record * fields + i];
      lists_.flatten({field, static_cast<std::uint16_t>(i), body.subspan(at.offset, at.length), at.offset},
                     sub_templates, record_begin, items_);
    }
    ends_.push_back(static_cast<std::uint32_t>(items_.size()));
  }
}

}  // namespace flowcef
