#include "csv_reader.hpp"

#include <gmock/gmock.h>

namespace flowcef {
namespace {

using testing::ElementsAre;
using Rows = std::vector<std::vector<std::string>>;

struct Read {
  Rows rows;
  std::vector<std::string> errors;
};

Read read(std::string_view text) {
  ConfigErrors errors;
  CsvReader reader("f.csv", text, errors);
  Read read;
  std::vector<CsvCell> row;
  while (reader.next(row)) {
    std::vector<std::string>& texts = read.rows.emplace_back();
    for (const CsvCell& cell : row) texts.push_back(cell.text);
  }
  for (const ConfigError& error : errors) read.errors.push_back(error.to_string());
  return read;
}

TEST(CsvReader, reads_what_programs_write) {
  const struct {
    const char* name;
    std::string_view text;
    Rows rows;
  } cases[] = {
      {"nothing", "", {}},
      {"plain", "a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}},
      {"no line end at the end", "a,b\n1,2", {{"a", "b"}, {"1", "2"}}},
      {"CR LF", "a,b\r\n1,2\r\n", {{"a", "b"}, {"1", "2"}}},
      {"CR within a cell", "a\rb\n", {{"a\rb"}}},
      {"byte order mark",
       "\xef\xbb\xbf"
       "a,b\n",
       {{"a", "b"}}},
      {"blank lines and comments", "# by hand\n\na,b\n\r\n#1,2\n3,4\n", {{"a", "b"}, {"3", "4"}}},
      {"empty cells", "a,b,c\n,,\n", {{"a", "b", "c"}, {"", "", ""}}},
      {"quotes", "a,b\n\"x,y\",\"say \"\"hi\"\"\"\n", {{"a", "b"}, {"x,y", "say \"hi\""}}},
      {"empty quotes", "\"\",\"\"\n", {{"", ""}}},
      {"line end in quotes", "a,b\n\"x\ny\",2\n", {{"a", "b"}, {"x\ny", "2"}}},
      {"quote inside a cell", "5\" pipe,b\n", {{"5\" pipe", "b"}}},
      {"hash inside a row", "a,#b\n", {{"a", "#b"}}},
      {"semicolons", "a;b\n1,5;2\n", {{"a", "b"}, {"1,5", "2"}}},
      {"TABs", "a\tb\n1;2\t3\n", {{"a", "b"}, {"1;2", "3"}}},
      {"one column", "a\n1\n", {{"a"}, {"1"}}},
  };
  for (const auto& c : cases) {
    const Read got = read(c.text);
    EXPECT_EQ(got.rows, c.rows) << c.name;
    EXPECT_THAT(got.errors, ElementsAre()) << c.name;
  }
}

TEST(CsvReader, says_where_a_quote_is_wrong) {
  const Read got = read("a,b\n1,\"2\"x\n3,4\n\"5\n6\",\"7\n");
  EXPECT_EQ(got.rows, (Rows{{"a", "b"}, {"3", "4"}}));
  EXPECT_THAT(got.errors, ElementsAre("f.csv:2:3: expected nothing behind the closing quote (a quote within quotes is "
                                      "written twice)",
                                      "f.csv:5:4: expected a closing quote (a cell may be 64 KiB long)"));
}

TEST(CsvReader, stops_behind_a_hundred_mistakes) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "\"a\"b\n";
  EXPECT_EQ(read(text).errors.size(), 100U);
}

TEST(CsvReader, rows_are_bounded) {
  const std::string long_cell(CsvReader::kMaxRowBytes, 'x');
  const Read got = read("a,b\n" + long_cell + ",1\n\"" + long_cell + "\n3,4\n");
  EXPECT_EQ(got.rows, (Rows{{"a", "b"}, {"3", "4"}}));
  EXPECT_THAT(got.errors, ElementsAre("f.csv:2:1: expected at most 64 KiB in a row (is a quote missing?)",
                                      "f.csv:3:1: expected a closing quote (a cell may be 64 KiB long)"));
}

}  // namespace
}  // namespace flowcef
