#include "flowcef/decode/list_reader.hpp"

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <string>

#include "flowcef/decode/template_parser.hpp"
#include "support/packet_builder.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint16_t kBasicList = 291;
constexpr std::uint16_t kSubTemplateList = 292;
constexpr std::uint16_t kSubTemplateMultiList = 293;
constexpr std::uint8_t kAllOf = 3;
constexpr std::size_t kBefore = 7;  // bytes of the data set before the list

ByteWriter basic_list(const FieldSpec& element, const ByteWriter& values) {
  ByteWriter out;
  write_field(out.u8(kAllOf), element);
  return out.append(values.bytes());
}

ByteWriter sub_template_list(std::uint16_t id, const ByteWriter& records) {
  return ByteWriter().u8(kAllOf).u16(id).append(records.bytes());
}

struct Block {
  std::uint16_t id;
  ByteWriter records;
};

ByteWriter multi_list(std::initializer_list<Block> blocks) {
  ByteWriter out;
  out.u8(kAllOf);
  for (const Block& block : blocks) out.u16(block.id).u16(4 + block.records.size()).append(block.records.bytes());
  return out;
}

/// The value as a variable-length field of an inner record.
ByteWriter as_field(const ByteWriter& value) {
  return ByteWriter().variable(std::string(value.bytes().begin(), value.bytes().end()));
}

class Lists : public testing::Test, protected TemplateLookup {
 protected:
  std::shared_ptr<const Template> find_template(std::uint16_t id) noexcept override {
    const auto found = templates_.find(id);
    return found == templates_.end() ? nullptr : found->second;
  }

  void define(std::uint16_t id, std::initializer_list<FieldSpec> fields) {
    const ByteWriter record = template_record(id, fields);
    ByteReader in(record.bytes());
    templates_[id] = parser_.ipfix_template(in).value().layout;
  }

  /// Input: a list of element `id`, as the field of index 4 of a record
  void flatten(std::uint16_t id, const std::vector<std::uint8_t>& list) {
    set_.assign(kBefore, 0xee);
    set_.insert(set_.end(), list.begin(), list.end());
    Field field;
    field.id = {0, id};
    field.element = registry_.find(field.id);
    field.length = kVariableLength;
    const Bytes value = Bytes(set_).subspan(kBefore);
    reader_.flatten({field, 4, value, kBefore}, *this, record_begin_, items_);
  }

  /// Returns: the items as `name=hex`, with a `+` before those that continue their list.
  [[nodiscard]] std::vector<std::string> shown() const {
    std::vector<std::string> texts;
    for (const ListItem& item : items_) {
      std::string text = item.continues ? "+" : "";
      text +=
          item.element != nullptr ? item.element->name : std::to_string(item.id.pen) + ':' + std::to_string(item.id.id);
      text += '=';
      for (const std::uint8_t byte : Bytes(set_).subspan(item.where.offset, item.where.length)) {
        text += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
      }
      texts.push_back(text);
    }
    return texts;
  }

  void expect_whole(std::uint16_t id, std::size_t length) const {
    ASSERT_THAT(items_, SizeIs(1));
    EXPECT_EQ(items_[0].id, (ElementId{0, id}));
    EXPECT_EQ(items_[0].element, registry_.find({0, id}));
    EXPECT_EQ(items_[0].where.offset, kBefore);
    EXPECT_EQ(items_[0].where.length, length);
    EXPECT_EQ(items_[0].field, 4U);
  }

  ElementRegistry registry_;
  TemplateParser parser_{registry_};
  ListReader reader_{registry_};
  std::map<std::uint16_t, std::shared_ptr<const Template>> templates_;
  std::vector<std::uint8_t> set_;
  std::size_t record_begin_ = 0;
  std::vector<ListItem> items_;
};

// PX-06: every value of a basicList, the first one apart from those that follow it.
TEST_F(Lists, BasicList) {
  flatten(kBasicList, basic_list({10, 2}, ByteWriter().u16(1).u16(2).u16(3)).bytes());
  EXPECT_THAT(shown(), ElementsAre("ingressInterface=0001", "+ingressInterface=0002", "+ingressInterface=0003"));
  EXPECT_EQ(items_[2].field, 4U);
  EXPECT_EQ(items_[2].length, 2U);
  EXPECT_EQ(items_[2].where.offset, kBefore + 9);
}

TEST_F(Lists, BasicListOfVariableLengthElements) {
  flatten(kBasicList,
          basic_list({371, 65535}, ByteWriter().variable("ab").variable("").u8(255).u16(1).u8('c')).bytes());
  EXPECT_THAT(shown(), ElementsAre("userName=6162", "+userName=", "+userName=63"));
  EXPECT_EQ(items_[0].length, kVariableLength);
}

TEST_F(Lists, BasicListOfEnterpriseElements) {
  flatten(kBasicList, basic_list({10, 2, 29305}, ByteWriter().u16(1)).bytes());
  EXPECT_THAT(shown(), ElementsAre("reverseIngressInterface=0001"));
  items_.clear();
  flatten(kBasicList, basic_list({999, 1, 64999}, ByteWriter().u8(5)).bytes());
  EXPECT_THAT(shown(), ElementsAre("64999:999=05"));
}

// The BGP community lists are basicLists with numbers of their own.
TEST_F(Lists, OtherElementsOfTheTypeAreEncodedAlike) {
  ASSERT_EQ(registry_.find({0, 484})->type, DataType::basic_list);
  flatten(484, basic_list({483, 4}, ByteWriter().u32(0xfde80001).u32(0xfde80002)).bytes());
  EXPECT_THAT(shown(), ElementsAre("bgpCommunity=fde80001", "+bgpCommunity=fde80002"));
}

TEST_F(Lists, SubTemplateList) {
  define(300, {{8, 4}, {7, 2}});
  flatten(kSubTemplateList, sub_template_list(300, ByteWriter().u32(1).u16(80).u32(2).u16(81)).bytes());
  EXPECT_THAT(shown(), ElementsAre("sourceIPv4Address=00000001", "sourceTransportPort=0050",
                                   "sourceIPv4Address=00000002", "sourceTransportPort=0051"));
}

TEST_F(Lists, SubTemplateListOfVariableRecordsWithPadding) {
  define(300, {{210, 2}, {371, 65535}, {4, 1}});
  flatten(kSubTemplateList,
          sub_template_list(300, ByteWriter().u16(0).variable("ab").u8(6).u16(0).variable("c").u8(17)).bytes());
  EXPECT_THAT(shown(), ElementsAre("userName=6162", "protocolIdentifier=06", "userName=63", "protocolIdentifier=11"));
}

// As YAF ends its records: TCP values of both directions, then names.
TEST_F(Lists, SubTemplateMultiList) {
  define(300, {{184, 4}, {6, 1}});
  define(301, {{460, 65535}});
  flatten(kSubTemplateMultiList,
          multi_list({{300, ByteWriter().u32(9).u8(2)}, {301, ByteWriter().variable("a").variable("b")}}).bytes());
  EXPECT_THAT(shown(), ElementsAre("tcpSequenceNumber=00000009", "tcpControlBits=02", "httpRequestHost=61",
                                   "httpRequestHost=62"));
}

TEST_F(Lists, EmptyListsYieldNothing) {
  define(300, {{8, 4}});
  flatten(kBasicList, {});
  flatten(kBasicList, basic_list({10, 2}, {}).bytes());
  flatten(kBasicList, basic_list({10, 0}, {}).bytes());
  flatten(kSubTemplateList, sub_template_list(300, {}).bytes());
  flatten(kSubTemplateList, sub_template_list(0, {}).bytes());
  flatten(kSubTemplateMultiList, multi_list({}).bytes());
  flatten(kSubTemplateMultiList, multi_list({{300, {}}}).bytes());
  EXPECT_THAT(items_, IsEmpty());
}

TEST_F(Lists, ItemsOfFormerListsStay) {
  flatten(kBasicList, basic_list({4, 1}, ByteWriter().u8(6)).bytes());
  flatten(kBasicList, basic_list({4, 2}, ByteWriter().u8(6)).bytes());
  ASSERT_THAT(items_, SizeIs(2));
  EXPECT_EQ(items_[1].id, (ElementId{0, kBasicList}));
}

TEST_F(Lists, Nested) {
  define(300, {{4, 1}, {292, 65535}});
  define(301, {{291, 65535}, {7, 2}});
  const ByteWriter inner = basic_list({10, 1}, ByteWriter().u8(1).u8(2));
  const ByteWriter middle = sub_template_list(301, as_field(inner).u16(80));
  flatten(kSubTemplateMultiList, multi_list({{300, ByteWriter().u8(6).append(as_field(middle).bytes())}}).bytes());
  EXPECT_THAT(shown(), ElementsAre("protocolIdentifier=06", "ingressInterface=01", "+ingressInterface=02",
                                   "sourceTransportPort=0050"));
}

TEST_F(Lists, BasicListOfLists) {
  const ByteWriter inner = basic_list({10, 1}, ByteWriter().u8(1).u8(2));
  flatten(kBasicList, basic_list({291, 65535}, as_field(inner).append(as_field(inner).bytes())).bytes());
  EXPECT_THAT(shown(), ElementsAre("ingressInterface=01", "+ingressInterface=02", "ingressInterface=01",
                                   "+ingressInterface=02"));
}

TEST_F(Lists, UnknownTemplatesCostTheirBlockOnly) {
  define(300, {{4, 1}});
  flatten(kSubTemplateMultiList,
          multi_list({{300, ByteWriter().u8(6)}, {999, ByteWriter().u16(0xabcd)}, {300, ByteWriter().u8(17)}}).bytes());
  EXPECT_THAT(shown(), ElementsAre("protocolIdentifier=06", "0:293=abcd", "protocolIdentifier=11"));
  items_.clear();
  flatten(kSubTemplateList, sub_template_list(999, ByteWriter().u16(0xabcd)).bytes());
  EXPECT_THAT(shown(), ElementsAre("0:292=abcd"));
}

struct MalformedList {
  const char* name;
  std::uint16_t element;
  ByteWriter list;
};

void PrintTo(const MalformedList& list, std::ostream* out) {
  *out << list.name;
}

class MalformedLists : public Lists, public testing::WithParamInterface<MalformedList> {};

TEST_P(MalformedLists, AreOneItem) {
  define(300, {{8, 4}});
  define(301, {{371, 65535}});
  flatten(GetParam().element, GetParam().list.bytes());
  expect_whole(GetParam().element, GetParam().list.size());
}

INSTANTIATE_TEST_SUITE_P(
    All, MalformedLists,
    testing::Values(
        MalformedList{"SemanticOnly", kBasicList, ByteWriter().u8(3)},
        MalformedList{"NoElementLength", kBasicList, ByteWriter().u8(3).u16(10)},
        MalformedList{"NoEnterpriseNumber", kBasicList, ByteWriter().u8(3).u16(0x800a).u16(2).u16(1)},
        MalformedList{"ElementOfNoLength", kBasicList, basic_list({10, 0}, ByteWriter().u8(1))},
        MalformedList{"CutElement", kBasicList, basic_list({10, 4}, ByteWriter().u32(1).u16(2))},
        MalformedList{"CutVariableElement", kBasicList, basic_list({371, 65535}, ByteWriter().u8(9).text("short"))},
        MalformedList{"LongFormOf65535", kBasicList, basic_list({371, 65535}, ByteWriter().u8(255).u16(65535))},
        MalformedList{"CutLongForm", kBasicList, basic_list({371, 65535}, ByteWriter().u8(255).u8(0))},
        MalformedList{"NoTemplateId", kSubTemplateList, ByteWriter().u8(3).u8(1)},
        MalformedList{"CutRecord", kSubTemplateList, sub_template_list(300, ByteWriter().u32(1).u16(2))},
        MalformedList{"CutVariableRecord", kSubTemplateList, sub_template_list(301, ByteWriter().u8(4).u16(2))},
        MalformedList{"CutBlockHeader", kSubTemplateMultiList, ByteWriter().u8(3).u16(300).u8(0)},
        MalformedList{"BlockLengthBelow4", kSubTemplateMultiList, ByteWriter().u8(3).u16(300).u16(3).u32(0)},
        MalformedList{"BlockLengthOf0", kSubTemplateMultiList, ByteWriter().u8(3).u16(999).u16(0).u32(0)},
        MalformedList{"BlockPastTheEnd", kSubTemplateMultiList, ByteWriter().u8(3).u16(300).u16(9).u32(1)}),
    [](const auto& list) { return std::string(list.param.name); });

TEST_F(Lists, AMalformedInnerListCostsNoMoreThanItself) {
  define(300, {{291, 65535}, {4, 1}});
  const ByteWriter bad = basic_list({10, 2}, ByteWriter().u16(1).u8(2));
  flatten(kSubTemplateList, sub_template_list(300, as_field(bad).u8(6)).bytes());
  EXPECT_THAT(shown(), ElementsAre("basicList=03000a0002000102", "protocolIdentifier=06"));
}

// What is cut off never makes up values, and no cut reads past the end (the sanitizers look).
TEST_F(Lists, EveryTruncationOfANestedList) {
  define(300, {{4, 1}, {292, 65535}});
  define(301, {{291, 65535}, {7, 2}});
  const ByteWriter inner = basic_list({10, 2}, ByteWriter().u16(1).u16(2));
  const ByteWriter record =
      ByteWriter().u8(6).append(as_field(sub_template_list(301, as_field(inner).u16(80))).bytes());
  const auto whole = multi_list({{300, record}, {300, record}}).bytes();
  flatten(kSubTemplateMultiList, whole);
  const std::vector<std::string> all = shown();
  ASSERT_THAT(all, SizeIs(8));
  const std::size_t one_block = 1 + 4 + record.size();
  for (std::size_t length = 2; length < whole.size(); ++length) {
    items_.clear();
    flatten(kSubTemplateMultiList, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
    if (length == one_block) {
      EXPECT_EQ(shown(), std::vector<std::string>(all.begin(), all.begin() + 4));
    } else {
      expect_whole(kSubTemplateMultiList, length);
    }
  }
}

// A list in a list in a list ...: what is too deep is bytes.
TEST_F(Lists, DepthIsCapped) {
  ByteWriter list = basic_list({4, 1}, ByteWriter().u8(6));
  for (std::size_t depth = 1; depth < kMaxListDepth; ++depth) list = basic_list({291, 65535}, as_field(list));
  flatten(kBasicList, list.bytes());
  EXPECT_THAT(shown(), ElementsAre("protocolIdentifier=06"));
  items_.clear();
  flatten(kBasicList, basic_list({291, 65535}, as_field(list)).bytes());
  EXPECT_THAT(shown(), ElementsAre("basicList=030004000106"));
}

TEST_F(Lists, ATemplateMayNameItself) {
  define(300, {{4, 1}, {292, 65535}});
  ByteWriter list = sub_template_list(300, {});
  for (int i = 0; i < 12; ++i) list = sub_template_list(300, ByteWriter().u8(6).append(as_field(list).bytes()));
  flatten(kSubTemplateList, list.bytes());
  EXPECT_THAT(items_, SizeIs(kMaxListDepth + 1));
}

TEST_F(Lists, ItemsPerRecordAreCapped) {
  flatten(kBasicList, basic_list({4, 1}, ByteWriter().zeros(kMaxListItems)).bytes());
  EXPECT_THAT(items_, SizeIs(kMaxListItems));
  flatten(kBasicList, basic_list({4, 1}, ByteWriter().u8(6)).bytes());
  EXPECT_THAT(items_, SizeIs(kMaxListItems + 1));
  EXPECT_EQ(items_.back().id, (ElementId{0, kBasicList}));

  record_begin_ = items_.size();  // the next record
  flatten(kBasicList, basic_list({4, 1}, ByteWriter().u8(6)).bytes());
  EXPECT_EQ(items_.back().id, (ElementId{0, 4}));
}

TEST_F(Lists, AListBeyondTheCapIsOneItemEvenIfAnInnerOneIsTooLong) {
  const ByteWriter inner = basic_list({4, 1}, ByteWriter().zeros(kMaxListItems + 1));
  const auto list = basic_list({291, 65535}, as_field(inner)).bytes();
  flatten(kBasicList, list);
  expect_whole(kBasicList, list.size());
}

}  // namespace
}  // namespace flowcef::test
