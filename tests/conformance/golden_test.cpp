// The CEF lines of the project's own sample exports, byte for byte: of the default mapping, with each of their values
// against what tshark reads in the same datagram (kept beside them, made once; see tests/data/README.md), and of every
// other shipped mapping (data/mappings).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/capture_lines.hpp"
#include "support/cef_reader.hpp"

namespace flowcef::test {
namespace {

std::filesystem::path data_dir() {
  return source_dir() / "tests" / "data";
}

std::vector<std::string> read_lines(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// tshark's readings: by `frame-record` the keys and values that a line should hold.
using Readings = std::map<std::string, std::map<std::string, std::string>>;

std::string unescape(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
      continue;
    }
    const char c = text[++i];
    plain += c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
  }
  return plain;
}

Readings read_readings(const std::filesystem::path& path) {
  Readings readings;
  for (const std::string& line : read_lines(path)) {
    std::istringstream in(line);
    std::string frame;
    std::string record;
    std::string key;
    std::string value;
    std::getline(in, frame, '\t');
    std::getline(in, record, '\t');
    std::getline(in, key, '\t');
    std::getline(in, value, '\t');
    if (frame != "frame") readings[frame + '-' + record][key] = unescape(value);
  }
  return readings;
}

/// Keys that do not come out of the record.
bool is_of_the_export(const std::string& key) {
  static const std::set<std::string> kKeys = {"externalId", "dvc", "c6a1"};
  return kKeys.contains(key) || key.ends_with("Label");
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, LinesAreTheSameByteForByte) {
  const CaptureLines made = convert_capture(data_dir() / (GetParam() + ".pcap"), shipped_translation());
  const std::vector<std::string> expected = read_lines(data_dir() / (GetParam() + ".cef"));
  ASSERT_EQ(made.lines.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(made.lines[i], expected[i]);
  EXPECT_EQ(made.refused, 0U);
}

TEST_P(Golden, ValuesAreThoseThatTsharkReads) {
  const std::vector<std::string> lines = read_lines(data_dir() / (GetParam() + ".cef"));
  Readings readings = read_readings(data_dir() / (GetParam() + ".tshark.tsv"));
  ASSERT_EQ(lines.size(), readings.size());
  for (const std::string& line : lines) {
    const auto event = read_cef(line);
    ASSERT_TRUE(event) << event.error();
    auto& wanted = readings[event->value("externalId")];
    for (const auto& [key, value] : event->extension) {
      if (is_of_the_export(key) || (key == "rt" && !wanted.contains("rt"))) continue;
      EXPECT_EQ(value, wanted[key]) << key << " of " << line;
      wanted.erase(key);
    }
    for (const auto& [key, value] : wanted)
      ADD_FAILURE() << "not on the line: " << key << '=' << value << " of " << line;
  }
}

/// Returns: the names without extension, sorted.
std::vector<std::string> files_in(const std::filesystem::path& folder, const std::string& extension) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == extension) names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Samples, Golden, testing::ValuesIn(files_in(data_dir(), ".pcap")), [](const auto& row) {
  std::string name = row.param;
  std::erase(name, '_');
  return name;
});

/// A mapping by its name. Gigamon's goes with Gigamon's syslog header, of which the time is local.
class ShippedMapping : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    setenv("TZ", "UTC", 1);
    tzset();
    made_ = convert_capture(data_dir() / "mappings" / (GetParam() + ".pcap"), shipped_translation(GetParam()),
                            rendering_of(GetParam()));
    expected_ = read_lines(data_dir() / "mappings" / (GetParam() + ".cef"));
  }

  void TearDown() override {
    unsetenv("TZ");
    tzset();
  }

  static RenderingConfig rendering_of(const std::string& mapping) {
    RenderingConfig rendering;
    if (mapping != "gigamon") return rendering;
    rendering.header = SyslogHeader::gigamon;
    rendering.hosts = {{*IpPrefix::parse("192.0.2.93"), "9/3/e1"}, {*IpPrefix::parse("192.0.2.11"), "1/1/e1"}};
    return rendering;
  }

  CaptureLines made_;
  std::vector<std::string> expected_;
};

// GG-29: the same record makes the same bytes, in the order that the mapping gives (GG-28).
TEST_P(ShippedMapping, LinesAreTheSameByteForByte) {
  ASSERT_EQ(made_.lines.size(), expected_.size());
  for (std::size_t i = 0; i < expected_.size(); ++i) EXPECT_EQ(made_.lines[i], expected_[i]);
  EXPECT_EQ(made_.lines.size(), made_.records);
  EXPECT_EQ(made_.refused, 0U);
}

TEST_P(ShippedMapping, AStrictReaderTakesEveryLine) {
  for (const std::string& line : made_.lines) {
    const auto event = read_cef(std::string_view(line).substr(line.find("CEF:")));
    EXPECT_TRUE(event) << event.error();
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, ShippedMapping, testing::ValuesIn(files_in(data_dir() / "mappings", ".pcap")),
                         [](const auto& row) {
                           std::string name = row.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(ShippedMappings, EachHasASample) {
  std::vector<std::string> mappings = files_in(source_dir() / "mappings", ".toml");
  std::erase(mappings, "default");
  EXPECT_EQ(mappings, files_in(data_dir() / "mappings", ".pcap"));
}

}  // namespace
}  // namespace flowcef::test
