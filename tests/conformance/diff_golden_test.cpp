// What `flowcef diff` says of the project's own samples and of other vendors' captures, word for word: tests/data/diff.
// Captures: see captures_dir.hpp; without one its test is skipped. After a wanted change, run from the project's folder:
//   build/release/flowcef diff --mapping mappings/A.toml --mapping mappings/B.toml CAPTURE > tests/data/diff/NAME.txt
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <ostream>
#include <sstream>
#include <string>

#include "captures_dir.hpp"
#include "flowcef/app/commands.hpp"
#include "support/capture_lines.hpp"

namespace flowcef::test {
namespace {

struct DiffRow {
  const char* name;
  std::string a;
  std::string b;
  std::string capture;
  bool shared = false;  ///< not part of the project
};

void PrintTo(const DiffRow& row, std::ostream* out) {
  *out << row.a << " and " << row.b << " on " << row.capture;
}

/// Names of files are as a user in the project's folder gives them.
class DiffReport : public testing::TestWithParam<DiffRow> {
 protected:
  void SetUp() override {
    std::filesystem::current_path(source_dir());
    std::cout.rdbuf(text_.rdbuf());
  }

  void TearDown() override {
    std::cout.rdbuf(old_);
    std::filesystem::current_path(started_in_);
  }

  std::filesystem::path started_in_ = std::filesystem::current_path();
  std::ostringstream text_;
  std::streambuf* old_ = std::cout.rdbuf();
};

std::string without_hashes(std::string text) {
  for (const char* line : {"A: ", "B: "}) {
    const std::size_t begin = text.find(" (", text.find(line));
    text.erase(begin, text.find('\n', begin) - begin);
  }
  return text;
}

TEST_P(DiffReport, IsTheSameWordForWord) {
  const DiffRow& row = GetParam();
  const std::filesystem::path capture = row.shared ? captures_dir() / row.capture : std::filesystem::path(row.capture);
  if (row.shared && !std::filesystem::exists(capture)) GTEST_SKIP() << capture << " is not there";
  DiffOptions options;
  options.source.files = {capture.string()};
  options.mappings = {"mappings/" + row.a + ".toml", row.b};
  if (!row.b.ends_with(".toml")) options.mappings.back() = "mappings/" + row.b + ".toml";
  EXPECT_EQ(diff_command(options), kExitOk);
  std::ifstream file(source_dir() / "tests" / "data" / "diff" / (std::string(row.name) + ".txt"));
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(without_hashes(text_.str()), without_hashes(expected));
}

INSTANTIATE_TEST_SUITE_P(
    Captures, DiffReport,
    testing::Values(DiffRow{"asa", "default", "asa", "tests/data/mappings/asa.pcap"},
                    DiffRow{"gigamon", "default", "gigamon", "tests/data/mappings/gigamon.pcap"},
                    DiffRow{"site", "default", "tests/data/diff/site.toml", "tests/data/softflowd_v9.pcap"},
                    DiffRow{"same", "default", "asa", "tests/data/softflowd_v5.pcap"},
                    DiffRow{"asa_1", "default", "asa", "logstash/netflow9_cisco_asa_1.pcap", true},
                    DiffRow{"netscaler", "default", "netscaler", "logstash/ipfix_netscaler.pcap", true},
                    DiffRow{"paloalto", "default", "paloalto", "logstash/netflow9_paloalto_zero_filled.pcap", true},
                    DiffRow{"nokia", "default", "nat", "logstash/ipfix_nokia_bras.pcap", true},
                    DiffRow{"yaf", "default", "yaf", "telegraf/ipfix_yaf.pcap", true}),
    [](const auto& row) {
      std::string name = row.param.name;
      std::erase(name, '_');
      return name;
    });

}  // namespace
}  // namespace flowcef::test
