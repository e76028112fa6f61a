#include "flowcef/map/syslog_envelope.hpp"

#include <gtest/gtest.h>

#include "machine_zone.hpp"
#include "syslog_reader.hpp"

namespace flowcef::test {
namespace {

ExportContext context_at(std::int64_t received_ns, std::string_view exporter = "192.0.2.1") {
  ExportContext context;
  context.received_ns = received_ns;
  context.exporter.address = *IpAddress::parse(exporter);
  return context;
}

// RFC 5424 section 6.2.3: upper-case T and Z, fractions of a second.
TEST(SyslogEnvelope, Rfc5424) {
  SyslogEnvelope envelope({SyslogHeader::rfc5424});
  EXPECT_EQ(envelope.render(context_at(1'700'000'000'045'000'000)),
            "<134>1 2023-11-14T22:13:20.045Z 192.0.2.1 CEF - - - ");
  EXPECT_EQ(envelope.render(context_at(1'700'000'000'999'999'999)),
            "<134>1 2023-11-14T22:13:20.999Z 192.0.2.1 CEF - - - ");
  EXPECT_EQ(envelope.render(context_at(1'709'164'801'000'000'000, "2001:db8::1")),
            "<134>1 2024-02-29T00:00:01.000Z 2001:db8::1 CEF - - - ");
}

// RFC 3164 section 4.1.2: a day below ten is padded with a blank, the time is local.
TEST(SyslogEnvelope, Rfc3164) {
  const MachineZone zone("CET-1");
  SyslogEnvelope envelope({SyslogHeader::rfc3164});
  EXPECT_EQ(envelope.render(context_at(1'701'471'599'000'000'000)), "<134>Dec  1 23:59:59 192.0.2.1 ");
  EXPECT_EQ(envelope.render(context_at(1'700'000'000'000'000'000)), "<134>Nov 14 23:13:20 192.0.2.1 ");
}

// GG-12, GG-13: no priority, weekday and year, the day padded only if so asked.
TEST(SyslogEnvelope, Gigamon) {
  const MachineZone zone("UTC");
  SyslogEnvelope envelope({.header = SyslogHeader::gigamon, .host = "9/3/e1"});
  EXPECT_EQ(envelope.render(context_at(1'519'352'737'000'000'000)), "Fri Feb 23 02:25:37 2018 9/3/e1 ");
  EXPECT_EQ(envelope.render(context_at(1'519'863'909'999'000'000)), "Thu Mar 1 00:25:09 2018 9/3/e1 ");
  EXPECT_EQ(envelope.render(context_at(1'519'863'910'000'000'000)), "Thu Mar 1 00:25:10 2018 9/3/e1 ");
  SyslogEnvelope padded({.header = SyslogHeader::gigamon, .padded_day = true});
  EXPECT_EQ(padded.render(context_at(1'519'863'909'000'000'000)), "Thu Mar  1 00:25:09 2018 192.0.2.1 ");
  EXPECT_EQ(padded.render(context_at(1'519'352'737'000'000'000)), "Fri Feb 23 02:25:37 2018 192.0.2.1 ");
}

TEST(SyslogEnvelope, GigamonTimesAreLocal) {
  const MachineZone zone("CET-1");
  SyslogEnvelope envelope({.header = SyslogHeader::gigamon});
  EXPECT_EQ(envelope.render(context_at(1'704'063'600'000'000'000)), "Mon Jan 1 00:00:00 2024 192.0.2.1 ");
}

// GG-14: any text, and by exporter.
TEST(SyslogEnvelope, HostsByExporter) {
  RenderingConfig config{.header = SyslogHeader::rfc5424, .host = "bridge"};
  config.hosts = {{*IpPrefix::parse("10.0.0.0/8"), "wide"},
                  {*IpPrefix::parse("10.1.0.0/16"), "1/1/e1"},
                  {*IpPrefix::parse("2001:db8::/32"), "six"}};
  struct Row {
    const char* exporter;
    const char* host;
  };
  constexpr Row kRows[] = {
      {"10.2.0.1", "wide"}, {"10.1.2.3", "1/1/e1"}, {"2001:db8::9", "six"}, {"192.0.2.1", "bridge"}};
  SyslogEnvelope envelope(config);
  for (const auto& [exporter, host] : kRows) {
    EXPECT_EQ(envelope.render(context_at(1'700'000'000'045'000'000, exporter)),
              "<134>1 2023-11-14T22:13:20.045Z " + std::string(host) + " CEF - - - ");
  }
}

TEST(SyslogEnvelope, HoldsTheLongestHost) {
  const std::string host(kMaxHostName, 'h');
  for (const SyslogHeader header : {SyslogHeader::rfc3164, SyslogHeader::rfc5424, SyslogHeader::gigamon}) {
    SyslogEnvelope envelope({.header = header, .host = host});
    EXPECT_NE(envelope.render(context_at(1'700'000'000'045'000'000)).find(' ' + host + ' '), std::string_view::npos);
  }
}

// PX-13: a time of the machine's zone or of UTC, whichever the output wants.
TEST(SyslogEnvelope, TimesInUtc) {
  const MachineZone zone(kBerlin);
  constexpr std::int64_t kNewYear = 1'704'063'599'000'000'000;
  SyslogEnvelope local({.header = SyslogHeader::rfc3164});
  SyslogEnvelope utc({.header = SyslogHeader::rfc3164, .utc = true});
  EXPECT_EQ(local.render(context_at(kNewYear)), "<134>Dec 31 23:59:59 192.0.2.1 ");
  EXPECT_EQ(utc.render(context_at(kNewYear)), "<134>Dec 31 22:59:59 192.0.2.1 ");
  SyslogEnvelope gigamon({.header = SyslogHeader::gigamon, .utc = true});
  EXPECT_EQ(gigamon.render(context_at(kNewYear)), "Sun Dec 31 22:59:59 2023 192.0.2.1 ");
  SyslogEnvelope current({.header = SyslogHeader::rfc5424});
  EXPECT_EQ(current.render(context_at(kNewYear)), "<134>1 2023-12-31T22:59:59.000Z 192.0.2.1 CEF - - - ");
}

// RFC 3164 section 4.1.3: letters and digits, at most 32, ended by what is neither.
TEST(SyslogEnvelope, Tag) {
  const MachineZone zone("UTC");
  for (const std::string& tag : {std::string("f"), std::string("flowcef"), std::string(kMaxTag, 't')}) {
    SyslogEnvelope envelope({.header = SyslogHeader::rfc3164, .host = std::string(kMaxHostName, 'h'), .tag = tag});
    const auto message = read_rfc3164(std::string(envelope.render(context_at(1'700'000'000'000'000'000))) + "CEF:0|");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->time, "Nov 14 22:13:20");
    EXPECT_EQ(message->host, std::string(kMaxHostName, 'h'));
    EXPECT_EQ(message->app, tag);
    EXPECT_EQ(message->text, tag + ": CEF:0|");
  }
  SyslogEnvelope bare({.header = SyslogHeader::rfc3164});
  EXPECT_EQ(read_rfc3164(std::string(bare.render(context_at(1))) + "CEF:0|")->app, "CEF");
  SyslogEnvelope current({.header = SyslogHeader::rfc5424, .tag = "flow"});
  EXPECT_EQ(current.render(context_at(1)), "<134>1 1970-01-01T00:00:00.000Z 192.0.2.1 CEF - - - ");
}

// RFC 5424 section 6.2.4: a host that is not known is the NILVALUE.
TEST(SyslogEnvelope, UnknownHost) {
  SyslogEnvelope envelope({.header = SyslogHeader::rfc5424});
  ExportContext context;
  context.received_ns = 1'700'000'000'045'000'000;
  EXPECT_EQ(envelope.render(context), "<134>1 2023-11-14T22:13:20.045Z - CEF - - - ");
}

// The same second is not broken down twice, and the next one is not shown as the last.
TEST(SyslogEnvelope, EveryDayOfALeapYear) {
  const MachineZone zone("UTC");
  SyslogEnvelope old({.header = SyslogHeader::rfc3164});
  SyslogEnvelope current({.header = SyslogHeader::rfc5424});
  constexpr std::int64_t kDay = 86'400'000'000'000;
  constexpr std::int64_t kFirst = 1'704'067'200'000'000'000;  // 2024-01-01
  for (std::int64_t day = 0; day < 366; ++day) {
    const ExportContext context = context_at(kFirst + day * kDay);
    const auto first = read_rfc3164(std::string(old.render(context)) + "CEF:0|");
    const auto second = read_rfc5424(std::string(current.render(context)) + "CEF:0|");
    ASSERT_TRUE(first && second) << day;
    EXPECT_EQ(first->time[4] == ' ' ? '0' : first->time[4], second->time[8]);
    EXPECT_EQ(first->time[5], second->time[9]);
  }
}

TEST(SyslogEnvelope, TakesTheExportTimeWhereArrivalIsUnknown) {
  SyslogEnvelope envelope({SyslogHeader::rfc5424});
  ExportContext context = context_at(0);
  context.export_ms = 1'700'000'000'000;
  EXPECT_EQ(envelope.render(context), "<134>1 2023-11-14T22:13:20.000Z 192.0.2.1 CEF - - - ");
}

TEST(SyslogEnvelope, NoneIsEmpty) {
  SyslogEnvelope envelope({SyslogHeader::none});
  EXPECT_EQ(envelope.render(context_at(1)), "");
}

}  // namespace
}  // namespace flowcef::test
