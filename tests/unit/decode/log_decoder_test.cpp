#include "flowcef/decode/log_decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "support/allocation_counter.hpp"
#include "support/packet_builder.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr std::int64_t kNow = 1'795'387'202'000'000'000;  // 2026-11-22T22:40:02Z

LogPatternSpec spec(std::string name, std::string match) {
  return {{std::move(name), {}}, {std::move(match), {}}, {}};
}

class LogDecoderTest : public testing::Test, protected DataSetHandler {
 protected:
  LogDecoderTest() : input_(config_of(UnmatchedLines::count)) {}

  static DecodeConfig config_of(UnmatchedLines unmatched) {
    DecodeConfig config;
    config.log.emplace().unmatched = unmatched;
    return config;
  }

  void use(const std::vector<LogPatternSpec>& specs) {
    auto made = LogPatterns::make(specs, registry_);
    ASSERT_TRUE(made) << made.error().front().to_string();
    input_.patterns = *made;
    decoder_.reconfigure(registry_);
  }

  bool decode(std::string_view line) {
    Datagram datagram;
    datagram.payload = {reinterpret_cast<const std::uint8_t*>(line.data()), line.size()};
    datagram.exporter = *Endpoint::parse("192.0.2.9:514");
    datagram.received_ns = kNow;
    return decoder_.decode(datagram);
  }

  /// Texts as they are, all else in hex; what has no value is left out.
  void on_data_set(const DataSet& set) override {
    ++sets_;
    export_ms_ = set.context.export_ms;
    layout_ = set.layout.serial;
    if (!keep_) return;
    EXPECT_EQ(set.record_count, 1U);
    EXPECT_EQ(set.context.format, ExportFormat::syslog);
    EXPECT_EQ(set.layout.format, ExportFormat::syslog);
    EXPECT_EQ(set.context.sender.to_string(), "192.0.2.9:514");
    exporter_ = set.context.exporter.to_string();
    name_ = set.layout.name;
    record_.clear();
    for (const Field& field : set.layout.fields) {
      const Bytes value = value_of(set, 0, field);
      if (value.empty()) continue;
      std::string text;
      for (const std::uint8_t byte : value) {
        if (field.type() == DataType::string) {
          text += static_cast<char>(byte);
        } else {
          text += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
        }
      }
      record_.emplace_back(field.element->name, text);
    }
  }
  void on_refused(const Datagram&, Refusal) override { ADD_FAILURE() << "it is the caller's to refuse a line"; }

  ElementRegistry registry_;
  DecodeCounters counters_;
  InputState input_;
  ExporterTable exporters_{input_};
  LogDecoder decoder_{registry_, input_, exporters_, counters_, *this};
  std::vector<std::pair<std::string, std::string>> record_;
  std::string name_;
  std::string exporter_;
  std::int64_t export_ms_ = 0;
  std::uint64_t layout_ = 0;
  std::size_t sets_ = 0;
  bool keep_ = true;
};

// BC-19: each parsed field keeps its own name.
TEST_F(LogDecoderTest, LineIsARecordOfHeaderAndFields) {
  use({spec("web", "^(?P<userName>\\S+) (?P<sourceIPv4Address>\\S+) (?P<httpRequestTarget>\\S+)$")});
  ASSERT_TRUE(decode("<134>1 2026-11-22T22:39:00.5Z shaper web 7 URL [x a=\"b\"] joe 10.0.0.1 http://h/?a=b\n"));
  EXPECT_EQ(name_, "web");
  EXPECT_THAT(record_,
              ElementsAre(Pair("userName", "joe"), Pair("sourceIPv4Address", "0a000001"),
                          Pair("httpRequestTarget", "http://h/?a=b"), Pair("syslogFacility", "10"),
                          Pair("syslogSeverity", "06"), Pair("syslogTimestamp", "000001a20569a994"),
                          Pair("syslogHostname", "shaper"), Pair("syslogAppName", "web"), Pair("syslogProcId", "7"),
                          Pair("syslogMsgId", "URL"), Pair("syslogStructuredData", "[x a=\"b\"]"),
                          Pair("syslogMessage", "joe 10.0.0.1 http://h/?a=b"), Pair("logPattern", "web")));
  EXPECT_EQ(export_ms_, kNow / 1'000'000 - 61'500);
  EXPECT_EQ(counters_.records.value(), 1U);
  EXPECT_EQ(counters_.datagrams[static_cast<std::size_t>(ExportFormat::syslog)].value(), 1U);
  EXPECT_EQ(exporters_.exporter(*IpAddress::parse("192.0.2.9")).counts.records, 1U);
}

TEST_F(LogDecoderTest, WhatALineLacksHasNoValue) {
  use({spec("web", "^(?P<userName>\\S+) (?:-|(?P<octetDeltaCount>\\d+))$")});
  ASSERT_TRUE(decode("joe -"));
  EXPECT_THAT(record_, ElementsAre(Pair("userName", "joe"), Pair("syslogMessage", "joe -"), Pair("logPattern", "web")));
  EXPECT_EQ(export_ms_, kNow / 1'000'000) << "when it came";
  const std::uint64_t layout = layout_;
  ASSERT_TRUE(decode("<8>joe 7"));
  EXPECT_EQ(layout_, layout) << "one template for all lines of a pattern";
  EXPECT_THAT(record_, ElementsAre(Pair("userName", "joe"), Pair("octetDeltaCount", "0000000000000007"),
                                   Pair("syslogFacility", "01"), Pair("syslogSeverity", "00"),
                                   Pair("syslogMessage", "joe 7"), Pair("logPattern", "web")));
}

TEST_F(LogDecoderTest, PatternKnowsBetterThanTheHeader) {
  use({spec("relayed", "^(?P<syslogTimestamp>[\\d.]+) (?P<syslogHostname>\\S+) (?P<syslogMessage>.*)$")});
  ASSERT_TRUE(decode("<8>Nov 22 22:40:02 relay 1795387100.25 origin text"));
  EXPECT_THAT(record_, ElementsAre(Pair("syslogTimestamp", "000001a205690c5a"), Pair("syslogHostname", "origin"),
                                   Pair("syslogMessage", "text"), Pair("syslogFacility", "01"),
                                   Pair("syslogSeverity", "00"), Pair("logPattern", "relayed")));
  EXPECT_EQ(export_ms_, 1'795'387'100'250);
}

TEST_F(LogDecoderTest, LineThatNoPatternTakesIsRefusedOrSent) {
  use({spec("web", "^GET (?P<httpRequestTarget>\\S+)$")});
  EXPECT_FALSE(decode("<8>PUT /"));
  EXPECT_EQ(sets_, 0U);
  EXPECT_EQ(counters_.records.value(), 0U);
  input_.config = config_of(UnmatchedLines::send);
  ASSERT_TRUE(decode("<8>PUT /"));
  EXPECT_EQ(name_, "");
  EXPECT_THAT(record_,
              ElementsAre(Pair("syslogFacility", "01"), Pair("syslogSeverity", "00"), Pair("syslogMessage", "PUT /")));
}

TEST_F(LogDecoderTest, WithoutPatternsLinesAreHeaderAndMessage) {
  EXPECT_FALSE(decode("text"));
  input_.config = config_of(UnmatchedLines::send);
  ASSERT_TRUE(decode("text"));
  EXPECT_THAT(record_, ElementsAre(Pair("syslogMessage", "text")));
  ASSERT_TRUE(decode("")) << "an empty line is a record without values";
  EXPECT_TRUE(record_.empty());
}

// PX-14
TEST_F(LogDecoderTest, ExporterIsWhomTheIdentityNames) {
  input_.config = config_of(UnmatchedLines::send);
  ASSERT_TRUE(decode("text"));
  EXPECT_EQ(exporter_, "192.0.2.9:514");
  input_.identities = {{*IpPrefix::parse("192.0.2.9"), std::nullopt, 7, IpAddress::parse("10.1.1.7")},
                       {*IpPrefix::parse("192.0.2.0/24"), 514, std::nullopt, IpAddress::parse("10.1.1.1")}};
  ASSERT_TRUE(decode("text"));
  EXPECT_EQ(exporter_, "10.1.1.1:514") << "a line has no domain";
  EXPECT_EQ(exporters_.exporter(*IpAddress::parse("10.1.1.1")).counts.records, 1U);
}

TEST_F(LogDecoderTest, ReloadBringsOtherPatterns) {
  use({spec("old", "^(?P<userName>\\w+)$")});
  ASSERT_TRUE(decode("joe"));
  const std::uint64_t before = layout_;
  use({spec("new", "^(?P<ownName>\\w+)$")});
  ASSERT_TRUE(decode("joe"));
  EXPECT_EQ(name_, "new");
  EXPECT_NE(layout_, before);
  EXPECT_EQ(record_.front().first, "ownName");
}

/// The patterns are such as RE2 needs no memory of its own for: anchored, clear at every character where to go on, and
/// with at most four groups. Others cost what RE2 takes for a search, a few allocations for a line.
TEST_F(LogDecoderTest, WarmDecoderAllocatesNothing) {
  use({spec(
           "four",
           "^(?P<userName>\\S+) (?P<sourceIPv4Address>[\\d.]+) (?P<httpRequestTarget>\\S+) (?P<octetDeltaCount>\\d+)$"),
       spec("v6", "^(?P<userName>\\S+) (?P<sourceIPv6Address>[0-9a-f:]+)$")});
  const std::vector<std::string> lines = {
      "<134>1 2026-11-22T22:39:00.5Z shaper web 7 URL [x a=\"b\"] joe 10.0.0.1 http://host.example/" +
          std::string(3000, 'x') + "?a=b 77",
      "<134>Nov 22 22:39:00 shaper web[7]: joe 2001:db8:1111:2222:3333:4444:5555:6666"};
  keep_ = false;
  for (const std::string& line : lines) ASSERT_TRUE(decode(line));
  const std::size_t before = allocations();
  for (int i = 0; i < 10; ++i) {
    for (const std::string& line : lines) ASSERT_TRUE(decode(line));
    ASSERT_FALSE(decode("nothing of these"));
  }
  EXPECT_EQ(allocations() - before, 0U);
  EXPECT_EQ(sets_, 22U);
}

}  // namespace
}  // namespace flowcef::test
