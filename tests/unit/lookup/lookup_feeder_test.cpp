#include "flowcef/lookup/lookup_feeder.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "lookup_fixture.hpp"
#include "value_text.hpp"

namespace flowcef {
namespace {

using test::ask;

const ElementRegistry& registry() {
  static const ElementRegistry made;
  return made;
}

/// Records of one template of variable length, as IPFIX and log lines have them.
class Records {
 public:
  explicit Records(const std::vector<const char*>& elements) {
    layout_->serial = new_layout_serial();
    layout_->variable = true;
    for (const char* name : elements) {
      Field field;
      field.element = registry().find_by_name(name);
      EXPECT_NE(field.element, nullptr) << name;
      field.id = field.element->id;
      field.length = kVariableLength;
      layout_->fields.push_back(field);
    }
    context_.export_ms = test::kNowMs;
  }

  /// Input: the bytes of each value
  void add(const std::vector<std::string>& values) {
    for (const std::string& value : values) {
      positions_.push_back({static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(value.size())});
      bytes_.insert(bytes_.end(), value.begin(), value.end());
    }
    ++count_;
  }

  void feed(LookupFeeder& feeder) const {
    feeder.feed({*layout_,
                 context_,
                 256,
                 bytes_,
                 count_,
                 positions_,
                 static_cast<std::uint32_t>(layout_->fields.size()),
                 {},
                 {}});
  }

 private:
  std::shared_ptr<Template> layout_ = std::make_shared<Template>();
  ExportContext context_;
  std::vector<std::uint8_t> bytes_;
  std::vector<FieldPosition> positions_;
  std::uint32_t count_ = 0;
};

std::string address(std::uint8_t last) {
  return {10, 1, 2, static_cast<char>(last)};
}

LookupKey key(std::uint8_t last) {
  return test::address_key(0x0a010200U + last);
}

// BC-18, BC-20: records without byte or packet counts, strings of variable length
TEST(LookupFeeder, takes_records_that_have_key_and_a_column) {
  const auto lookups = test::make_lookups({test::web_lookup()});
  LookupFeeder feeder(*lookups, "log");
  LookupReader reader(*lookups);
  Records records({"httpRequestTarget", "sourceIPv4Address", "userName"});
  records.add({"/a?b=c", address(1), "ann"});
  records.add({"/2", address(2), ""});
  records.add({"", address(3), ""});
  records.add({"/4", "", "dora"});
  records.feed(feeder);
  EXPECT_EQ(ask(reader, key(1), 0), "ann");
  EXPECT_EQ(ask(reader, key(1), 1), "/a?b\\=c");
  EXPECT_EQ(ask(reader, key(2), 0), "");
  EXPECT_EQ(ask(reader, key(2), 1), "/2");
  EXPECT_EQ(ask(reader, key(3)), "-");
  EXPECT_EQ(lookups->counts()[0].updates, 2U);
  EXPECT_EQ(lookups->counts()[0].refused, 2U);
}

TEST(LookupFeeder, leaves_records_of_other_kinds_alone) {
  const auto lookups = test::make_lookups({test::web_lookup()});
  LookupFeeder feeder(*lookups, "log");
  LookupFeeder other(*lookups, "other");
  Records without_key({"userName", "destinationIPv4Address"});
  without_key.add({"ann", address(1)});
  without_key.feed(feeder);
  Records without_column({"sourceIPv4Address", "octetDeltaCount"});
  without_column.add({address(1), "x"});
  without_column.feed(feeder);
  Records of_other_input({"sourceIPv4Address", "userName"});
  of_other_input.add({address(1), "ann"});
  of_other_input.feed(other);
  EXPECT_EQ(lookups->counts()[0].updates + lookups->counts()[0].refused, 0U);
}

TEST(LookupFeeder, a_template_may_lack_columns) {
  const auto lookups = test::make_lookups({test::web_lookup()});
  LookupFeeder feeder(*lookups, "log");
  LookupReader reader(*lookups);
  Records records({"sourceIPv4Address", "httpRequestTarget"});
  records.add({address(1), "/1"});
  records.feed(feeder);
  EXPECT_EQ(ask(reader, key(1), 0), "");
  EXPECT_EQ(ask(reader, key(1), 1), "/1");
}

TEST(LookupFeeder, address_may_be_of_the_other_family) {
  const auto lookups = test::make_lookups({test::web_lookup()});
  LookupFeeder feeder(*lookups, "log");
  LookupReader reader(*lookups);
  Records records({"sourceIPv6Address", "userName"});
  const std::string v6 = {0x20, 0x01, 0x0d, char(0xb8), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  const std::string mapped = std::string(10, '\0') + "\xff\xff" + address(1);
  records.add({v6, "six"});
  records.add({mapped, "four"});
  records.feed(feeder);
  LookupKey six;
  ASSERT_TRUE(six.append(DataType::ipv6_address, {reinterpret_cast<const std::uint8_t*>(v6.data()), v6.size()}));
  EXPECT_EQ(ask(reader, six), "six");
  EXPECT_EQ(ask(reader, key(1)), "four");
}

TEST(LookupFeeder, fills_several_lookups) {
  LookupConfig by_user = test::web_lookup();
  by_user.name.text = "addresses";
  by_user.key = test::words({"userName"});
  by_user.columns = test::words({"sourceIPv4Address"});
  const auto lookups = test::make_lookups({by_user, test::web_lookup()});
  LookupFeeder feeder(*lookups, "log");
  Records records({"sourceIPv4Address", "userName"});
  records.add({address(1), "ann"});
  records.feed(feeder);
  LookupReader reader(*lookups);
  LookupKey ann;
  const std::string name = "ann";
  ASSERT_TRUE(ann.append(DataType::string, {reinterpret_cast<const std::uint8_t*>(name.data()), name.size()}));
  EXPECT_EQ(ask(reader, ann), "10.1.2.1");
  EXPECT_EQ(lookups->counts()[1].updates, 1U);
}

// BC-19
TEST(LookupFeeder, values_become_texts_by_their_type) {
  const struct {
    DataType type;
    std::vector<std::uint8_t> value;
    const char* text;
  } cases[] = {{DataType::string, {'a', '=', 0, 'x'}, "a="},
               {DataType::unsigned16, {1, 187}, "443"},
               {DataType::unsigned64, {0, 0, 0, 0, 0, 0, 1, 187}, "443"},
               {DataType::unsigned64, {0, 1, 0, 0, 0, 0, 0, 0, 0}, "72057594037927936"},
               {DataType::unsigned64, {1, 0, 0, 0, 0, 0, 0, 0, 0}, ""},
               {DataType::signed16, {0xff, 0xfe}, "-2"},
               {DataType::ipv4_address, {10, 1, 2, 3}, "10.1.2.3"},
               {DataType::ipv6_address, {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, "2001:db8::1"},
               {DataType::ipv4_address, {10, 1, 2}, "0a0102"},
               {DataType::mac_address, {0, 1, 2, 0xaa, 0xbb, 0xcc}, "00:01:02:aa:bb:cc"},
               {DataType::boolean, {1}, "true"},
               {DataType::boolean, {2}, "false"},
               {DataType::boolean, {7}, "7"},
               {DataType::float32, {0x3e, 0x80, 0, 0}, "0.25"},
               {DataType::float64, {0x3f, 0xd0, 0, 0, 0, 0, 0, 0}, "0.25"},
               {DataType::date_time_seconds, {0x65, 0x53, 0xf1, 0x00}, "1700000000000"},
               {DataType::date_time_milliseconds, {0, 0, 1, 0x8b, 0xcf, 0xe5, 0x68, 0}, "1700000000000"},
               {DataType::date_time_microseconds, {0xe8, 0xfe, 0x6f, 0x80, 0x80, 0, 0, 0}, "1700000000500"},
               {DataType::date_time_nanoseconds, {0xe8, 0xfe, 0x6f, 0x80, 0x80, 0, 0, 0}, "1700000000500"},
               {DataType::octet_array, {0xab, 0}, "ab00"},
               {DataType::unsigned8, {}, ""}};
  std::string text = "before";
  for (const auto& c : cases) {
    assign_text(text, c.type, c.value);
    EXPECT_EQ(text, c.text) << to_string(c.type);
  }
}

}  // namespace
}  // namespace flowcef
