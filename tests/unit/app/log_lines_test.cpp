// Log lines from the wire to CEF: patterns, mapping and counters together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "flowcef/app/final_counts.hpp"
#include "flowcef/app/pattern_trial.hpp"
#include "flowcef/app/record_path.hpp"
#include "flowcef/app/translation.hpp"
#include "support/cef_reader.hpp"
#include "support/packet_builder.hpp"

namespace flowcef::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kMapping = R"(
drop = ["syslogMessage"]
[cef]
vendor = "V"
product = "P"
device_version = "1"
prefix = "X"
[[event]]
signature = "log"
name = "Log line"
severity = 3
[keys]
src = "sourceIPv4Address"
request = "httpRequestTarget"
suser = { from = ["userName", "selectorName"] }
in = "octetDeltaCount"
)";

class LogLinesTest : public testing::Test {
 protected:
  LogLinesTest() : folder_(std::filesystem::temp_directory_path() / ("flowcef-logs-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(folder_ / "elements");
    config_.mapping = write("m.toml", kMapping);
    config_.elements = {folder_ / "elements"};
    config_.inputs.emplace_back().decode.log.emplace();
    config_.outputs.emplace_back();
  }
  ~LogLinesTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  static std::filesystem::path shipped(const std::string& name) {
    return find_default_mapping().parent_path() / "patterns" / name;
  }
  LogConfig& log() { return *config_.inputs.front().decode.log; }

  std::vector<std::string> errors() const {
    const auto loaded = load_bridge_translation(config_);
    std::vector<std::string> texts;
    if (loaded) return texts;
    for (const ConfigError& error : loaded.error()) {
      texts.push_back(std::filesystem::path(error.where.file).filename().string() + ':' +
                      std::to_string(error.where.line) + ": " + error.key + ": " + error.problem);
    }
    return texts;
  }

  /// What becomes of lines; books_ then has the counters.
  std::vector<std::string> lines_of(const std::vector<std::string>& lines) {
    const auto loaded = load_bridge_translation(config_);
    if (!loaded) {
      ADD_FAILURE() << loaded.error().front().to_string();
      return {};
    }
    std::vector<std::string> made;
    const auto collect = [&](const BatchRef& batch) {
      for (const LineRef& line : batch->lines()) made.emplace_back(batch->message(line));
    };
    InputState input(config_.inputs.front().decode);
    input.patterns = (*loaded)->patterns.front();
    RecordPath path(*(*loaded)->registry, pool_, {{{}, collect, &(*loaded)->mappings.front()->mapping}}, {&input});
    path.set_event_ids("7-", 1);
    for (const std::string& line : lines) {
      Datagram datagram;
      datagram.payload = {reinterpret_cast<const std::uint8_t*>(line.data()), line.size()};
      datagram.exporter = *Endpoint::parse("192.0.2.9:514");
      datagram.received_ns = 1'795'387'202'000'000'000;
      path.inputs().front()->decode(datagram);
    }
    path.finish();
    FinalCounts counts;
    counts.add(path);
    books_ = counts.to_string();
    sent_on_ = counts.sent_on();
    return made;
  }

  CefEvent event_of(const std::string& line) {
    const auto made = lines_of({line});
    if (made.size() != 1) {
      ADD_FAILURE() << made.size() << " lines";
      return {};
    }
    const auto read = read_cef(made.front());
    EXPECT_TRUE(read) << read.error() << '\n' << made.front();
    return read.value_or(CefEvent{});
  }

  std::filesystem::path folder_;
  Config config_;
  BatchPool pool_;
  std::string books_;
  std::uint64_t sent_on_ = 0;
};

// BC-17, BC-19, BC-24: a shaper's line about a URL. The form of the line is this project's example, not a vendor's sample.
TEST_F(LogLinesTest, UrlComesThroughWhateverItHolds) {
  log().patterns = {shipped("packetshaper.toml")};
  for (const std::string url :
       {"http://h/a?b=c&d=e", "http://h/\\\\x\\=|y||", "http://h/\"q\"'s'<>{}[]^`",
        "http://h/caf\xc3\xa9/\xe6\x97\xa5?\xe2\x82\xac=1", "http://h/=", "=|\\", "http://h/%00%0a?x=%3D#=\\"}) {
    const CefEvent event =
        event_of("<134>Nov 22 22:40:02 shaper1 web: src=10.1.2.3 dst=192.0.2.80 user=joe method=GET url=" + url);
    EXPECT_EQ(event.value("request"), url);
    EXPECT_EQ(event.value("suser"), "joe");
    EXPECT_EQ(event.value("src"), "10.1.2.3");
    EXPECT_EQ(event.value("XHttpRequestMethod"), "GET");
    EXPECT_EQ(event.value("XSyslogHostname"), "shaper1");
    EXPECT_EQ(event.value("XLogPattern"), "packetshaper-url");
    EXPECT_EQ(event.signature(), "log");
    EXPECT_FALSE(event.has("XSyslogMessage"));
  }
}

TEST_F(LogLinesTest, EveryFieldReachesTheLineByTheDefaultMapping) {
  config_.mapping = find_default_mapping();
  config_.elements.clear();
  log().patterns = {shipped("squid.toml")};
  const CefEvent event = event_of(
      "<134>1 2026-11-22T22:40:02Z proxy1 squid 77 ID1 [a@1 b=\"c\"] 1795387202.366    502 192.168.1.160 TCP_MISS/304 "
      "216 GET "
      "http://www.example.com/a.html joe HIER_DIRECT/192.0.2.80 text/html");
  EXPECT_EQ(event.value("src"), "192.168.1.160");
  for (const char* value :
       {"proxy1", "squid", "77", "ID1", "[a@1 b=\"c\"]", "http://www.example.com/a.html", "joe", "502", "304", "216",
        "TCP_MISS", "HIER_DIRECT", "192.0.2.80", "text/html", "GET", "16", "6"}) {
    EXPECT_THAT(event.extension, Contains(testing::Pair(testing::_, value)));
  }
}

// A template has all fields that a pattern can find; a line may lack any of them.
TEST_F(LogLinesTest, WhatALineLacksIsNoKey) {
  log().patterns = {write("p.toml",
                          "[[pattern]]\nname = 'p'\nmatch = '^(?P<sourceIPv4Address>[\\d.]*) (?P<userName>\\w*) "
                          "(?P<selectorName>\\w*) (?P<octetDeltaCount>\\d*) (?P<flowEndMilliseconds>\\d*)$'\n")};
  EXPECT_EQ(event_of("    ").order, (std::vector<std::string>{"XLogPattern"}));
  CefEvent event = event_of("10.0.0.1  h 7 1795387202");
  EXPECT_EQ(event.value("src"), "10.0.0.1");
  EXPECT_EQ(event.value("suser"), "h") << "the second source, as the first has no value";
  EXPECT_EQ(event.value("in"), "7");
  EXPECT_EQ(event.value("XFlowEndMilliseconds"), "1795387202000");
  event = event_of("10.0.0.1 joe h 7 ");
  EXPECT_EQ(event.value("suser"), "joe");
  EXPECT_EQ(event.value("XSelectorName"), "h") << "what the key did not show";
}

// BC-23: any message becomes structured by a pattern, in fields of any name.
TEST_F(LogLinesTest, MappingMayNameWhatPatternsMake) {
  log().patterns = {write("p.toml",
                          "[[pattern]]\nname = 'door'\nmatch = 'door (?P<doorNumber>\\d+) (?P<doorState>\\w+)'\n"
                          "types = { doorNumber = 'unsigned16' }\n")};
  config_.mapping = write(
      "own.toml", std::string(kMapping) + "cn1 = { from = \"doorNumber\", label = \"door\" }\nact = \"doorState\"\n");
  const CefEvent event = event_of("<13>the door 17 opened");
  EXPECT_EQ(event.value("cn1"), "17");
  EXPECT_EQ(event.value("act"), "opened");
}

TEST_F(LogLinesTest, UnmatchedLinesAreCountedOrSent) {
  log().patterns = {shipped("squid.toml")};
  EXPECT_TRUE(lines_of({"one", "two"}).empty());
  EXPECT_THAT(books_, HasSubstr("refused.unmatched_line 2\n"));
  EXPECT_THAT(books_, HasSubstr("exporter.192.0.2.9.refused.unmatched_line 2\n"));
  log().unmatched = UnmatchedLines::send;
  EXPECT_EQ(lines_of({"one", "two"}).size(), 2U);
  EXPECT_THAT(books_, HasSubstr("records 2\n"));
  EXPECT_THAT(books_, HasSubstr("datagrams.syslog 2\n"));
}

TEST_F(LogLinesTest, RecordsOfAnInputThatSendsNothingAreFiltered) {
  log().unmatched = UnmatchedLines::send;
  config_.inputs.front().decode.send = false;
  EXPECT_TRUE(lines_of({"one", "two"}).empty());
  EXPECT_THAT(books_, HasSubstr("records.lookup_only 2\n"));
  EXPECT_EQ(sent_on_, 0U);
}

TEST_F(LogLinesTest, ErrorsOfPatternsAndMappingsAreToldTogether) {
  log().patterns = {write("p.toml", "[[pattern]]\nname = 'a'\nmatch = '(x'\n"), folder_ / "none.toml"};
  config_.inputs.push_back(config_.inputs.front());
  config_.mapping = write("bad.toml", std::string(kMapping) + "dst = \"noSuchElement\"\n");
  EXPECT_THAT(
      errors(),
      ElementsAre("none.toml:0: : cannot be read: No such file or directory",
                  "p.toml:3: pattern.a.match: expected a regular expression, got one that RE2 refuses: missing ): (x",
                  HasSubstr("bad.toml:")));
}

/// Each line is such as its file's comment says; `none` at the end.
TEST_F(LogLinesTest, ShippedPatternsTakeTheLinesTheyAreFor) {
  const auto loaded = load_pattern_translation(
      {shipped("apache.toml"), shipped("packetshaper.toml"), shipped("proxysg.toml"), shipped("squid.toml")},
      find_default_mapping(), {});
  ASSERT_TRUE(loaded) << loaded.error().front().to_string();
  std::istringstream in(
      R"lines(192.0.2.7 - joe [10/Oct/2000:13:55:36 -0700] "GET /a?b=c HTTP/1.0" 200 2326 "http://www.example.com/" "a \"b\" (c)"
host.example - - [10/Oct/2000:13:55:36 -0700] "GET /a?b=c" 404 -
<134>Nov 22 22:40:02 shaper1 web: src=10.1.2.3 dst=192.0.2.80 user=joe method=GET url=http://www.example.com/a?b=c class=/Inbound/HTTP
<134>Nov 22 22:40:02 shaper1 web: src=2001:db8::1 dst=2001:db8::2 url=http://www.example.com/a?b=c
2010-10-08 12:00:00 85 10.1.2.3 joe - - OBSERVED "Technology/Internet;Search Engines" http://www.example.com/ 200 TCP_NC_MISS GET text/html;%20charset=utf-8 http www.example.com 80 /search ?q=a=b - "Mozilla/5.0 (X11; Linux)" 192.0.2.9 5321 611 - "none" "none"
2010-10-08 12:00:00 85 10.1.2.3 - - www.example.com 192.0.2.80 "United States" - policy_denied DENIED none - 403 TCP_DENIED CONNECT - tcp www.example.com 443 / - - - 192.0.2.9 321 611 -
979992041.366    502 192.168.1.160 TCP_MISS/304 216 GET http://www.example.com/a.html joe HIER_DIRECT/192.0.2.80 text/html
<134>Nov 22 22:40:02 proxy1 squid[77]: 1795387202.366    502 2001:db8::7 TCP_TUNNEL/200 5216 CONNECT www.example.com:443 - HIER_NONE/- -
<134>Nov 22 22:40:02 proxy1 web: src=10.1.2.3 dst=2001:db8::2 url=/
)lines");
  std::ostringstream out;
  EXPECT_TRUE(try_patterns(in, out, *(*loaded)->patterns, LogClock{1'795'387'202'000'000'000, false}));
  const std::string text = out.str();
  EXPECT_EQ(text.substr(text.find("lines taken by")), R"(lines taken by
  apache-combined    1
  apache-common      1
  packetshaper-url   1
  packetshaper-url6  1
  proxysg            2
  squid              2
  no pattern         1
)");
  EXPECT_THAT(text, HasSubstr(R"(line 9: no pattern takes it
  packetshaper-url6 would take it, but sourceIPv6Address is ipv6Address, and "10.1.2.3" is none
  syslogHostname  string  proxy1
  syslogAppName   string  web
  syslogMessage   string  src=10.1.2.3 dst=2001:db8::2 url=/
)"));
  EXPECT_THAT(text, HasSubstr(R"(line 4: packetshaper-url6
  packetshaper-url would take it, but sourceIPv4Address is ipv4Address, and "2001:db8::1" is none
)"));
}

TEST_F(LogLinesTest, TrialTellsThatNothingWasTaken) {
  const auto loaded = load_pattern_translation({shipped("squid.toml")}, config_.mapping, config_.elements);
  ASSERT_TRUE(loaded);
  for (const char* text : {"", "x\n"}) {
    std::istringstream in(text);
    std::ostringstream out;
    EXPECT_FALSE(try_patterns(in, out, *(*loaded)->patterns, {}));
  }
}

}  // namespace
}  // namespace flowcef::test
