#include "flowcef/decode/data_set_slice.hpp"

namespace flowcef {

DataSet DataSetSlicer::slice(const DataSet& set, std::uint32_t first, std::uint32_t count) {
  Bytes records = set.records;
  std::uint32_t skipped = 0;  // bytes of records in front, which offsets count
  std::span<const FieldPosition> positions = set.positions;
  if (set.layout.variable) {
    // Positions count from the start of all records, and so these stay as they are.
    positions =
        positions.subspan(std::size_t{first} * set.positions_per_record, std::size_t{count} * set.positions_per_record);
  } else {
    skipped = first * set.layout.record_length;
    records = records.subspan(skipped, std::size_t{count} * set.layout.record_length);
  }
  items_.clear();
  ends_.clear();
  if (!set.list_ends.empty()) {
    for (std::uint32_t i = first; i < first + count; ++i) {
      for (ListItem item : set.items_of(i)) {
        item.where.offset -= skipped;
        items_.push_back(item);
      }
      ends_.push_back(static_cast<std::uint32_t>(items_.size()));
    }
  }
  return {set.layout,
          set.context,
          set.template_id,
          records,
          count,
          positions,
          set.positions_per_record,
          items_,
          std::span<const std::uint32_t>(ends_)};
}

}  // namespace flowcef
