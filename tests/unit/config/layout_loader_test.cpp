#include "flowcef/config/layout_loader.hpp"

#include <gmock/gmock.h>

#include "config_files.hpp"
#include "flowcef/decode/layout_format.hpp"

namespace flowcef {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kHeader = "name = \"own\"\n[header]\nlength = 8\ncount = { offset = 2, length = 2 }\n";

/// Input: what stands behind `fields = [`
std::string with_fields(const std::string& fields, const char* length = "length = 16\n") {
  return std::string(kHeader) + "[record]\n" + length + "fields = [" + fields + "]\n";
}

/// Returns: the errors of the file's form, or else those of its words.
std::vector<std::string> errors_of(const std::string& text) {
  const auto layout = parse_layout(text, "own.toml");
  ElementRegistry registry;
  return ConfigFiles().texts(layout ? registry.add_layout(*layout) : layout.error());
}

TEST(LayoutFile, ReadsEverything) {
  const auto layout = parse_layout(
      "name = \"own\"\nversion = 77\n[header]\nlength = 30\ncount = { offset = 2, length = 1 }\n"
      "seconds = { offset = 4, length = 4 }\nnanoseconds = { offset = 8, length = 4 }\n"
      "uptime = { offset = 12, length = 4 }\nsequence = { offset = 16, length = 8 }\n"
      "domain = { offset = 24, length = 2 }\nfields = [{ offset = 26, length = 4, element = \"exporterIPv4Address\" "
      "}]\n"
      "[record]\nmin_length = 6\nmax_length = 20\nrest = \"tail\"\nfields = [\n"
      "{ offset = 0, length = 4, element = \"sourceIPv4Address\" },\n"
      "{ offset = 4, length = 2, element = \"mine\", type = \"unsigned16\", icmp = false }]\n",
      "own.toml");
  ASSERT_TRUE(layout.has_value());
  EXPECT_EQ(layout->name.text, "own");
  EXPECT_EQ(layout->version, 77);
  EXPECT_EQ(layout->header_length, 30U);
  EXPECT_EQ(layout->sequence->length, 8U);
  EXPECT_EQ(layout->min_length, 6U);
  EXPECT_EQ(layout->max_length, 20U);
  ASSERT_EQ(layout->fields.size(), 2U);
  EXPECT_EQ(layout->fields[1].element.text, "mine");
  EXPECT_EQ(layout->fields[1].type->text, "unsigned16");
  EXPECT_EQ(layout->fields[1].icmp, false);
  EXPECT_EQ(layout->rest->text, "tail");
}

TEST(LayoutFile, ErrorsOfFormComeAllAtOnce) {
  EXPECT_THAT(
      errors_of("version = 70000\n[header]\nlength = 0\ncount = 2\nsize = 3\n[record]\nmin_length = 3\n"
                "fields = [{ offset = -1, length = 4, element = \"a b\" }]\n"),
      ElementsAre(testing::StartsWith("own.toml: name: missing"), testing::StartsWith("own.toml:1:11: version:"),
                  testing::StartsWith("own.toml:3:10: header.length:"),
                  testing::StartsWith("own.toml:4:9: header.count: expected a place"),
                  testing::StartsWith("own.toml:5:1: header.size: unknown"),
                  testing::StartsWith("own.toml:6:1: record: expected length, or min_length and max_length"),
                  testing::StartsWith("own.toml:8:22: record.fields[0].offset:"),
                  testing::StartsWith("own.toml:8:48: record.fields[0].element:")));
}

struct BadField {
  const char* fields;
  const char* problem;  ///< a part of the only error
};

TEST(LayoutFile, FieldsAreChecked) {
  const BadField cases[] = {
      {R"({ offset = 0, length = 4, element = "sourceIPv4Adress" })", "did you mean \"sourceIPv4Address\"?"},
      {R"({ offset = 0, length = 3, element = "sourceIPv4Address" })", "expected 4 bytes for ipv4Address, got 3"},
      {R"({ offset = 0, length = 9, element = "octetDeltaCount" })", "expected 1..8 bytes for unsigned64, got 9"},
      {R"({ offset = 0, length = 4, element = "basicList" })", "expected a type of one length"},
      {R"({ offset = 14, length = 4, element = "octetDeltaCount" })",
       "ends behind byte 16, where the longest record ends"},
      {R"({ offset = 0, length = 4, element = "mine", type = "unsigned23" })", "did you mean"},
      {R"({ offset = 0, length = 4, element = "octetDeltaCount", type = "unsigned32" })",
       "expected unsigned64, as a table"},
      {R"({ offset = 0, length = 4, element = "octetDeltaCount" }, { offset = 3, length = 2, element = "protocolIdentifier", type = "unsigned8" })",
       "expected 1 byte for unsigned8, got 2"},
      {R"({ offset = 0, length = 4, element = "octetDeltaCount" }, { offset = 3, length = 1, element = "protocolIdentifier" })",
       "protocolIdentifier overlaps octetDeltaCount, which has bytes 0 to 3"},
      {R"({ offset = 0, length = 4, element = "octetDeltaCount" }, { offset = 4, length = 4, element = "octetDeltaCount" })",
       "expected each element once"},
      {R"({ offset = 0, length = 2, element = "icmpTypeCodeIPv4", icmp = true })",
       "icmp needs a field protocolIdentifier"},
  };
  for (const BadField& bad : cases) {
    const auto errors = errors_of(with_fields(bad.fields));
    ASSERT_FALSE(errors.empty()) << bad.fields;
    EXPECT_THAT(errors.front(), testing::StartsWith("own.toml:7:")) << bad.fields;
    EXPECT_THAT(errors, testing::Contains(testing::HasSubstr(bad.problem)));
  }
}

TEST(LayoutFile, ElementsOfItsOwnAreDefined) {
  const auto layout = parse_layout(
      with_fields(
          R"({ offset = 0, length = 3, element = "mine", type = "unsigned32" }, { offset = 3, length = 1, element = "paddingOctets" })"),
      "own.toml");
  ElementRegistry registry;
  ASSERT_THAT(registry.add_layout(*layout), IsEmpty());
  ASSERT_NE(registry.find_by_name("mine"), nullptr);
  const auto made = registry.find_layout("own")->make_template(16);
  ASSERT_EQ(made->fields.size(), 1U) << "padding is left out";
  EXPECT_EQ(made->fields[0].element->type, DataType::unsigned32);
}

// The rest begins at the first byte that has no name; fields that a record is too short for are left out.
TEST(LayoutFile, TheRestGoesToTheEndOfTheRecord) {
  const auto layout = parse_layout(with_fields(R"({ offset = 0, length = 4, element = "sourceIPv4Address" },
                                                  { offset = 8, length = 4, element = "octetDeltaCount" })",
                                               "min_length = 4\nmax_length = 20\nrest = \"tail\"\n"),
                                   "own.toml");
  ASSERT_TRUE(layout.has_value());
  ElementRegistry registry;
  ASSERT_THAT(registry.add_layout(*layout), IsEmpty());
  const InformationElement* tail = registry.find_by_name("tail");
  ASSERT_NE(tail, nullptr);
  EXPECT_EQ(tail->type, DataType::octet_array);
  const LayoutFormat& format = *registry.find_layout("own");
  EXPECT_EQ(format.make_template(4)->fields.size(), 1U) << "nothing is left";
  const auto middle = format.make_template(10);
  ASSERT_EQ(middle->fields.size(), 2U);
  EXPECT_EQ(middle->fields[1].offset, 4U);
  EXPECT_EQ(middle->fields[1].length, 6U);
  const auto longest = format.make_template(20);
  ASSERT_EQ(longest->fields.size(), 3U);
  EXPECT_EQ(longest->find(tail->id)->offset, 4U);
  EXPECT_EQ(longest->find(tail->id)->length, 16U);
}

TEST(LayoutFile, NamesAndVersionsAreUnique) {
  ElementRegistry registry;
  const auto add = [&](const std::string& name, const std::string& version) {
    const auto layout = parse_layout("name = \"" + name + "\"\n" + version +
                                         with_fields(R"({ offset = 0, length = 4, element = "sourceIPv4Address" })")
                                             .substr(std::string_view("name = \"own\"\n").size()),
                                     name + ".toml");
    EXPECT_TRUE(layout.has_value());
    return ConfigFiles().texts(registry.add_layout(*layout));
  };
  EXPECT_THAT(add("a", "version = 2\n"), IsEmpty());
  EXPECT_THAT(add("a", ""), ElementsAre(testing::HasSubstr("a.toml:1:8: name: expected one that no other format has")));
  EXPECT_THAT(add("ipfix", ""), ElementsAre(testing::HasSubstr("name: expected one that no other format has")));
  EXPECT_THAT(add("b", "version = 2\n"),
              ElementsAre(testing::HasSubstr("b.toml:2:11: version: 2 is that of layout \"a\" too")));
  EXPECT_THAT(add("c", "version = 5\n"),
              ElementsAre(testing::HasSubstr("version: expected one that no other format has, got 5")));
  EXPECT_THAT(add("d", ""), IsEmpty());
}

}  // namespace
}  // namespace flowcef
