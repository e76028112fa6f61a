#include "flowcef/decode/data_set_slice.hpp"

#include <gtest/gtest.h>

namespace flowcef::test {
namespace {

Field field_at(std::uint32_t offset, std::uint16_t length) {
  Field field;
  field.id = {0, 4};
  field.offset = offset;
  field.length = length;
  return field;
}

ListItem item_at(std::uint32_t offset) {
  ListItem item;
  item.where = {offset, 1};
  return item;
}

TEST(DataSetSlices, OfFixedRecordsBeginWithTheirFirst) {
  Template layout;
  layout.record_length = 2;
  layout.fields = {field_at(0, 1), field_at(1, 1)};
  const std::uint8_t bytes[] = {10, 11, 20, 21, 30, 31, 40, 41};
  const ListItem items[] = {item_at(0), item_at(2), item_at(3), item_at(5)};
  const std::uint32_t ends[] = {1, 3, 4, 4};
  const ExportContext context;
  const DataSet set{layout, context, 300, bytes, 4, {}, 0, items, ends};

  DataSetSlicer slicer;
  const DataSet part = slicer.slice(set, 1, 2);
  EXPECT_EQ(&part.layout, &layout);
  EXPECT_EQ(&part.context, &context);
  EXPECT_EQ(part.template_id, 300);
  ASSERT_EQ(part.record_count, 2U);
  EXPECT_EQ(part.records.size(), 4U);
  for (std::uint32_t i = 0; i < 2; ++i) {
    EXPECT_EQ(value_of(part, i, layout.fields[1])[0], value_of(set, i + 1, layout.fields[1])[0]);
    ASSERT_EQ(part.items_of(i).size(), set.items_of(i + 1).size());
    for (std::size_t k = 0; k < part.items_of(i).size(); ++k) {
      EXPECT_EQ(part.records[part.items_of(i)[k].where.offset], bytes[set.items_of(i + 1)[k].where.offset]);
    }
  }
  const DataSet last = slicer.slice(set, 3, 1);
  EXPECT_TRUE(last.items_of(0).empty());
  EXPECT_EQ(value_of(last, 0, layout.fields[0])[0], 40);
}

TEST(DataSetSlices, OfVariableRecordsKeepTheirPositions) {
  Template layout;
  layout.variable = true;
  layout.record_length = 2;
  layout.fields = {field_at(0, kVariableLength), field_at(1, 1)};
  const std::uint8_t bytes[] = {2, 10, 11, 12, 0, 20, 1, 30, 31};
  const FieldPosition positions[] = {{1, 2}, {3, 1}, {5, 0}, {5, 1}, {7, 1}, {8, 1}};
  const ListItem items[] = {item_at(1), item_at(2), item_at(7)};
  const std::uint32_t ends[] = {2, 2, 3};
  const ExportContext context;
  const DataSet set{layout, context, 300, bytes, 3, positions, 2, items, ends};

  DataSetSlicer slicer;
  const DataSet part = slicer.slice(set, 1, 2);
  ASSERT_EQ(part.record_count, 2U);
  EXPECT_TRUE(value_of(part, 0, layout.fields[0]).empty());
  EXPECT_EQ(value_of(part, 0, layout.fields[1])[0], 20);
  EXPECT_EQ(value_of(part, 1, layout.fields[0])[0], 30);
  EXPECT_EQ(value_of(part, 1, layout.fields[1])[0], 31);
  EXPECT_TRUE(part.items_of(0).empty());
  ASSERT_EQ(part.items_of(1).size(), 1U);
  EXPECT_EQ(part.records[part.items_of(1)[0].where.offset], 30);
}

TEST(DataSetSlices, WithoutListsHaveNone) {
  Template layout;
  layout.record_length = 1;
  layout.fields = {field_at(0, 1)};
  const std::uint8_t bytes[] = {1, 2, 3};
  const ExportContext context;
  DataSetSlicer slicer;
  const DataSet part = slicer.slice({layout, context, 300, bytes, 3, {}, 0, {}, {}}, 0, 3);
  EXPECT_EQ(part.records.size(), 3U);
  EXPECT_TRUE(part.list_ends.empty());
}

}  // namespace
}  // namespace flowcef::test
