#include "flowcef/config/element_table_loader.hpp"

#include <gmock/gmock.h>

#include "config_files.hpp"

namespace flowcef {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Parsed {
  std::vector<ElementRow> rows;
  ConfigErrors errors;
};

Parsed parse(const char* file, std::string_view text) {
  Parsed parsed;
  parse_element_table(file, text, parsed.rows, parsed.errors);
  return parsed;
}

std::vector<std::string> errors_of(const char* file, std::string_view text) {
  return ConfigFiles().texts(parse(file, text).errors);
}

TEST(ElementTable, ReadsRows) {
  const auto [rows, errors] = parse("vendor.tsv",
                                    "\n# comment\npen\tid\tname\ttype\tunits\tnotes\r\n"
                                    "9\t0\tmedia_Bytes2\tunsigned64\toctets\tanything\there\r\n"
                                    "  \n4294967294\t32767\t_3gppULI\tstring\n"
                                    "0\t1\ty\toctetArray\t");
  EXPECT_THAT(errors, IsEmpty());
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].pen, 9U);
  EXPECT_EQ(rows[0].id, 0U);
  EXPECT_EQ(rows[0].name, "media_Bytes2");
  EXPECT_EQ(rows[0].type, "unsigned64");
  EXPECT_EQ(rows[0].units, "octets");
  EXPECT_EQ(rows[0].where, (SourcePosition{"vendor.tsv", 4, 1}));
  EXPECT_EQ(rows[1].pen, 4294967294U);
  EXPECT_EQ(rows[1].id, 32767U);
  EXPECT_EQ(rows[1].units, "");
  EXPECT_EQ(rows[2].where.line, 7U);
}

TEST(ElementTable, ReadsNetflow9Files) {
  for (const char* first : {"pen", "v9"}) {
    const auto [rows, errors] =
        parse("a/netflow9-x.tsv", std::string(first) + "\tid\tname\ttype\tunits\nv9\t65535\tA_B\tunsigned8\t\n");
    EXPECT_THAT(errors, IsEmpty());
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].pen, std::nullopt);
    EXPECT_EQ(rows[0].id, 65535U);
  }
}

TEST(ElementTable, ReportsEverythingAtOnce) {
  EXPECT_THAT(
      errors_of("t.tsv",
                "pen\tid\tname\ttype\tunits\n"
                "v9\t32768\t1x\tunsgned8\t\n"
                "9\t1\tok\tstring\t\n"
                "9\t2 3\n"
                "-1\t\ta b\tnumber\t\n"
                "4294967295\t1\tx\t\x1b\t\n"),
      ElementsAre("t.tsv:2:1: pen: expected 0..4294967294, got \"v9\"",
                  "t.tsv:2:4: id: expected 0..32767, got \"32768\"",
                  "t.tsv:2:10: name: expected 1..255 letters, digits and _, no digit first, got \"1x\"",
                  "t.tsv:2:13: type: expected an IANA data type, got \"unsgned8\" "
                  "(did you mean \"unsigned8\"?)",
                  "t.tsv:4:3: expected 4 or 5 columns, got 2 (columns are separated by one TAB each)",
                  "t.tsv:5:1: pen: expected 0..4294967294, got \"-1\"", "t.tsv:5:4: id: expected 0..32767, got \"\"",
                  "t.tsv:5:5: name: expected 1..255 letters, digits and _, no digit first, got \"a b\"",
                  "t.tsv:5:9: type: expected an IANA data type, got \"number\" "
                  "(such as unsigned32, string, ipv4Address or octetArray)",
                  "t.tsv:6:1: pen: expected 0..4294967294, got \"4294967295\"",
                  "t.tsv:6:16: type: expected an IANA data type, got \"\\x1b\" "
                  "(such as unsigned32, string, ipv4Address or octetArray)"));
}

TEST(ElementTable, ChecksNetflow9Numbers) {
  EXPECT_THAT(errors_of("netflow9.tsv", "v9\tid\tname\ttype\tunits\n9\t65536\tx\tstring\t\n"),
              ElementsAre("netflow9.tsv:2:1: pen: expected v9, got \"9\" "
                          "(files named netflow9* hold NetFlow v9 field numbers)",
                          "netflow9.tsv:2:3: id: expected 0..65535, got \"65536\""));
}

TEST(ElementTable, NeedsAHeader) {
  constexpr std::string_view kHint = " (the first line names the columns: pen id name type units, TABs between)";
  EXPECT_THAT(errors_of("t.tsv", "# nothing\n"),
              ElementsAre("t.tsv: expected a header line, got no lines" + std::string(kHint)));
  EXPECT_THAT(errors_of("t.tsv", "9\t1\tx\tstring\t\nbad\n"),
              ElementsAre("t.tsv:1:1: expected column pen, got \"9\"" + std::string(kHint)));
  EXPECT_THAT(errors_of("t.tsv", "pen id name type units\n"),
              ElementsAre("t.tsv:1:1: expected column pen, got \"pen id name type units\"" + std::string(kHint)));
  EXPECT_THAT(errors_of("t.tsv", "pen\tid\tname\ttyp\tunits\n"),
              ElementsAre("t.tsv:1:13: expected column type, got \"typ\"" + std::string(kHint)));
  EXPECT_THAT(errors_of("t.tsv", "pen\tid\tname\ttype\n"),
              ElementsAre("t.tsv:1:13: expected column units, got \"\"" + std::string(kHint)));
}

TEST(ElementTables, AreReadInNameOrder) {
  const ConfigFiles files;
  constexpr std::string_view kHeader = "pen\tid\tname\ttype\tunits\n";
  files.write("b.tsv", std::string(kHeader) + "1\t1\tb\tstring\n");
  files.write("a.tsv", "\xef\xbb\xbf" + std::string(kHeader) + "1\t1\ta\tstring\n");
  files.write("c.txt", "not a table");
  files.write("alternatives/d.tsv", "not read");
  const auto rows = load_element_tables(files.folder());
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].name, "a");
  EXPECT_EQ((*rows)[1].name, "b");
}

TEST(ElementTables, ReportTheErrorsOfAllFiles) {
  const ConfigFiles files;
  files.write("a.tsv", "x\n");
  files.write("b.tsv", "y\n");
  const auto rows = load_element_tables(files.folder());
  ASSERT_FALSE(rows);
  EXPECT_THAT(files.texts(rows.error()), ElementsAre(testing::StartsWith("a.tsv:1:1: expected column pen, got \"x\""),
                                                     testing::StartsWith("b.tsv:1:1: expected column pen, got \"y\"")));
  const auto none = load_element_tables(files.folder() / "none");
  ASSERT_FALSE(none);
  EXPECT_THAT(files.texts(none.error()), ElementsAre("none: cannot be read: No such file or directory"));
}

}  // namespace
}  // namespace flowcef
