// What `flowcef explain` prints, in full: of the project's own samples, and of captures of other vendors' exporters,
// which are not part of the project (see captures_dir.hpp). After a wanted change:
//   build/release/flowcef explain FILE.pcap > tests/data/explain/NAME.txt
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "captures_dir.hpp"
#include "flowcef/app/explain.hpp"
#include "support/capture_lines.hpp"

namespace flowcef::test {
namespace {

std::string read_text(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void expect_golden(const std::filesystem::path& capture, const std::string& name) {
  ExplainOptions options;
  options.source.files = {capture.string()};
  options.mapping = source_dir() / "mappings" / "default.toml";
  std::ostringstream out;
  std::ostringstream errors;
  EXPECT_EQ(explain(options, out, errors), kExitOk);
  EXPECT_EQ(errors.str(), "");
  EXPECT_EQ(out.str(), read_text(source_dir() / "tests" / "data" / "explain" / (name + ".txt")));
}

std::string sample_test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::erase_if(name, [](char c) { return c == '_' || c == '/'; });
  return name;
}

class ExplainedSamples : public testing::TestWithParam<std::string> {};

// SK-26: what was not mapped is named, with what to write.
TEST_P(ExplainedSamples, AreTheSame) {
  expect_golden(source_dir() / "tests" / "data" / (GetParam() + ".pcap"), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Own, ExplainedSamples, testing::Values("softflowd_ipfix", "nfreplay_v9", "events"),
                         sample_test_name);

class ExplainedCaptures : public testing::TestWithParam<std::string> {};

TEST_P(ExplainedCaptures, AreTheSame) {
  const std::filesystem::path capture = captures_dir() / (GetParam() + ".pcap");
  if (!std::filesystem::exists(capture)) GTEST_SKIP() << capture << " is not there";
  expect_golden(capture, capture.stem().string());
}

INSTANTIATE_TEST_SUITE_P(Shared, ExplainedCaptures,
                         testing::Values("logstash/netflow9_cisco_asa_1",        // ICMP in port elements, empty texts
                                         "telegraf/netflow9_interface_options",  // options data only
                                         "telegraf/ipfix_yaf",                   // lists, an enterprise's elements
                                         "logstash/ipfix_netscaler",             // elements that no table has
                                         "logstash/netflow5_mikrotik",           //
                                         "ipfixcol/bad_length_in_set"),          // refused in three ways
                         sample_test_name);

}  // namespace
}  // namespace flowcef::test
