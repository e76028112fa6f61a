// What real exporters of many vendors sent, against tables of what is in it. The captures are not part of the project:
// FLOWCEF_CAPTURES names their folder; without it the test is skipped, with FLOWCEF_REQUIRE_CAPTURES=1 it fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "captures_dir.hpp"
#include "flowcef/map/program.hpp"
#include "support/capture_lines.hpp"
#include "support/cef_reader.hpp"

namespace flowcef::test {
namespace {

using Row = std::map<std::string, std::string>;
using Text = std::optional<std::string>;

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, '\t');) cells.push_back(cell);
  return cells;
}

std::vector<Row> read_table(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  if (line.starts_with('#')) line.erase(0, 1);
  const std::vector<std::string> names = split(line);
  std::vector<Row> rows;
  while (std::getline(in, line)) {
    const std::vector<std::string> cells = split(line);
    Row row;
    for (std::size_t i = 0; i < names.size() && i < cells.size(); ++i) row[names[i]] = cells[i];
    rows.push_back(row);
  }
  return rows;
}

/// Columns in which lines differ from a table on purpose.
struct Deviation {
  std::string_view capture;
  std::string_view column;
  std::string_view reason;
};
constexpr Deviation kDeviations[] = {
    {"logstash/ipfix_ixia", "rev_bytes",
     "Ixia's own reverseOctetDeltaCount (3054:176) counts; the table knows RFC 5103's"},
};

bool deviates(const std::string& capture, const std::string& column) {
  return std::any_of(std::begin(kDeviations), std::end(kDeviations), [&](const Deviation& deviation) {
    return deviation.capture == capture && deviation.column == column;
  });
}

class Captures : public testing::TestWithParam<std::string> {};

Text first_of(const CefEvent& event, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (event.has(key)) return event.value(key);
  }
  return std::nullopt;
}

Text protocol_number(const CefEvent& event) {
  if (!event.has("proto")) return std::nullopt;
  const ValueTable& table = *find_value_table("protocol");
  for (unsigned number = 0; number < 256; ++number) {
    std::string text(table.longest_text() + kCopyBlock, ' ');
    text.resize(static_cast<std::size_t>(table.write(text.data(), number) - text.data()));
    if (text == event.value("proto")) return std::to_string(number);
  }
  return event.value("proto");
}

/// What a line says in each column of the table.
std::map<std::string, Text> columns_of(const CefEvent& event) {
  const std::string p = "FlowcefBridge";
  const auto custom = [&](std::initializer_list<const char*> names) -> Text {
    for (const char* name : names) {
      if (event.has(p + name)) return event.value(p + name);
    }
    return std::nullopt;
  };
  std::map<std::string, Text> columns;
  columns["src"] = first_of(event, {"src", "c6a2"});
  columns["dst"] = first_of(event, {"dst", "c6a3"});
  columns["spt"] = first_of(event, {"spt"});
  columns["dpt"] = first_of(event, {"dpt"});
  columns["proto"] = protocol_number(event);
  columns["bytes"] = custom({"OctetDeltaCount", "OctetTotalCount", "InitiatorOctets", "Layer2OctetDeltaCount"});
  columns["packets"] = custom({"PacketDeltaCount", "PacketTotalCount", "InitiatorPackets"});
  columns["rev_bytes"] = custom({"ResponderOctets", "ReverseOctetDeltaCount", "ReverseOctetTotalCount"});
  columns["start_ms"] = first_of(event, {"start"});
  columns["end_ms"] = first_of(event, {"end"});
  return columns;
}

/// `in` and `out` are the byte counts, unless CEF:0 cannot hold them.
void expect_bytes(const CefEvent& event, const char* key, const Text& bytes) {
  if (!bytes) return;
  if (std::stoull(*bytes) > 2147483647) {
    EXPECT_FALSE(event.has(key)) << key;
  } else {
    EXPECT_EQ(event.value(key), *bytes) << key;
  }
}

void expect_row(const std::string& capture, const std::string& format, const Row& row, const CefEvent& event) {
  if (row.at("kind") == "options") {
    EXPECT_EQ(event.signature(), "options");
    return;
  }
  EXPECT_NE(event.signature(), "options");
  auto columns = columns_of(event);
  expect_bytes(event, "in", columns["bytes"]);
  expect_bytes(event, "out", columns["rev_bytes"]);
  // ICMP has no ports; what stands in their place goes out under another key. SK-13: in v5 it is type and code.
  if (columns["proto"] == "1" || columns["proto"] == "58") {
    EXPECT_FALSE(event.has("spt") || event.has("dpt"));
    columns["spt"] = first_of(event, {"FlowcefBridgeSourceTransportPort"});
    const bool in_port = format == "netflow1" || format == "netflow5";
    columns["dpt"] =
        first_of(event, {in_port ? "FlowcefBridgeIcmpTypeCodeIPv4" : "FlowcefBridgeDestinationTransportPort"});
  }
  const auto repeated = row.find("repeated");
  const bool lenient = repeated != row.end() && !repeated->second.empty();
  for (const auto& [name, value] : columns) {
    const auto wanted = row.find(name);
    const std::string expected = wanted == row.end() ? "" : wanted->second;
    if (lenient || deviates(capture, name)) continue;
    EXPECT_EQ(value.value_or(""), expected) << name;
  }
}

TEST_P(Captures, EveryRecordIsOneLineWithTheExpectedValues) {
  const std::filesystem::path capture = captures_dir() / (GetParam() + ".pcap");
  std::string format;
  for (const Row& row : read_table(captures_dir() / "MANIFEST.tsv")) {
    if (row.at("file") == GetParam() + ".pcap") format = row.at("format");
  }
  const CaptureLines result = convert_capture(capture, shipped_translation());
  std::map<std::string, std::vector<CefEvent>> by_frame;
  for (const std::string& line : result.lines) {
    const auto event = read_cef(line);
    ASSERT_TRUE(event) << event.error();
    const std::string id = event->value("externalId");
    by_frame[id.substr(0, id.find('-'))].push_back(*event);
  }
  std::map<std::string, std::vector<Row>> expected;
  for (const Row& row : read_table(captures_dir() / (GetParam() + ".expect.tsv")))
    expected[row.at("frame")].push_back(row);

  EXPECT_EQ(result.lines.size(), result.records);
  for (const auto& [frame, rows] : expected) {
    SCOPED_TRACE("frame " + frame);
    const std::vector<CefEvent>& events = by_frame[frame];
    ASSERT_EQ(events.size(), rows.size()) << testing::PrintToString(result.refusals);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      SCOPED_TRACE("record " + std::to_string(i + 1));
      expect_row(GetParam(), format, rows[i], events[i]);
    }
  }
  for (const auto& [frame, events] : by_frame) EXPECT_TRUE(expected.contains(frame)) << "lines of frame " << frame;
}

std::vector<std::string> capture_names() {
  std::vector<std::string> names;
  std::error_code error;
  const std::filesystem::path top = captures_dir();
  if (!std::filesystem::exists(top / "MANIFEST.tsv", error)) return names;
  for (const Row& row : read_table(top / "MANIFEST.tsv")) {
    std::filesystem::path file = row.at("file");
    if (file.extension() != ".pcap" || row.at("format") == "sflow") continue;
    file.replace_extension();
    if (std::filesystem::exists(top / (file.string() + ".expect.tsv"))) names.push_back(file.string());
  }
  return names;
}

std::string capture_test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::erase_if(name, [](char c) { return c == '_'; });
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '0');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Shared, Captures, testing::ValuesIn(capture_names()), capture_test_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Captures);

TEST(CapturesFolder, IsThere) {
  if (std::filesystem::exists(captures_dir() / "MANIFEST.tsv")) return;
  const char* required = std::getenv("FLOWCEF_REQUIRE_CAPTURES");
  if (required != nullptr && std::string(required) == "1") FAIL() << captures_dir() << " is not there";
  GTEST_SKIP() << "no captures in " << captures_dir() << "; FLOWCEF_CAPTURES names another folder";
}

}  // namespace
}  // namespace flowcef::test
