#include "flowcef/map/syslog_envelope.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace flowcef::test {
namespace {

ExportContext context_at(std::int64_t received_ns, std::string_view exporter = "192.0.2.1") {
  ExportContext context;
  context.received_ns = received_ns;
  context.exporter.address = *IpAddress::parse(exporter);
  return context;
}

/// Sets the zone that "local time" means.
class InZone {
 public:
  explicit InZone(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
  ~InZone() {
    unsetenv("TZ");
    tzset();
  }
  InZone(const InZone&) = delete;
  InZone& operator=(const InZone&) = delete;
};

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
  const InZone zone("CET-1");
  SyslogEnvelope envelope({SyslogHeader::rfc3164});
  EXPECT_EQ(envelope.render(context_at(1'701'471'599'000'000'000)), "<134>Dec  1 23:59:59 192.0.2.1 ");
  EXPECT_EQ(envelope.render(context_at(1'700'000'000'000'000'000)), "<134>Nov 14 23:13:20 192.0.2.1 ");
}

// GG-12, GG-13: no priority, weekday and year, the day padded only if so asked.
TEST(SyslogEnvelope, Gigamon) {
  const InZone zone("UTC");
  SyslogEnvelope envelope({.header = SyslogHeader::gigamon, .host = "9/3/e1"});
  EXPECT_EQ(envelope.render(context_at(1'519'352'737'000'000'000)), "Fri Feb 23 02:25:37 2018 9/3/e1 ");
  EXPECT_EQ(envelope.render(context_at(1'519'863'909'999'000'000)), "Thu Mar 1 00:25:09 2018 9/3/e1 ");
  EXPECT_EQ(envelope.render(context_at(1'519'863'910'000'000'000)), "Thu Mar 1 00:25:10 2018 9/3/e1 ");
  SyslogEnvelope padded({.header = SyslogHeader::gigamon, .padded_day = true});
  EXPECT_EQ(padded.render(context_at(1'519'863'909'000'000'000)), "Thu Mar  1 00:25:09 2018 192.0.2.1 ");
  EXPECT_EQ(padded.render(context_at(1'519'352'737'000'000'000)), "Fri Feb 23 02:25:37 2018 192.0.2.1 ");
}

TEST(SyslogEnvelope, GigamonTimesAreLocal) {
  const InZone zone("CET-1");
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
