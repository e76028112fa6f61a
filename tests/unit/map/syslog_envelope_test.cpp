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

// RFC 5424 section 6.2.3: upper-case T and Z, fractions of a second.
TEST(SyslogEnvelope, Rfc5424) {
  SyslogEnvelope envelope(SyslogHeader::rfc5424);
  EXPECT_EQ(envelope.render(context_at(1'700'000'000'045'000'000)),
            "<134>1 2023-11-14T22:13:20.045Z 192.0.2.1 CEF - - - ");
  EXPECT_EQ(envelope.render(context_at(1'700'000'000'999'999'999)),
            "<134>1 2023-11-14T22:13:20.999Z 192.0.2.1 CEF - - - ");
  EXPECT_EQ(envelope.render(context_at(1'709'164'801'000'000'000, "2001:db8::1")),
            "<134>1 2024-02-29T00:00:01.000Z 2001:db8::1 CEF - - - ");
}

// RFC 3164 section 4.1.2: a day below ten is padded with a blank, the time is local.
TEST(SyslogEnvelope, Rfc3164) {
  setenv("TZ", "CET-1", 1);
  tzset();
  SyslogEnvelope envelope(SyslogHeader::rfc3164);
  EXPECT_EQ(envelope.render(context_at(1'701'471'599'000'000'000)), "<134>Dec  1 23:59:59 192.0.2.1 ");
  EXPECT_EQ(envelope.render(context_at(1'700'000'000'000'000'000)), "<134>Nov 14 23:13:20 192.0.2.1 ");
  unsetenv("TZ");
  tzset();
}

TEST(SyslogEnvelope, TakesTheExportTimeWhereArrivalIsUnknown) {
  SyslogEnvelope envelope(SyslogHeader::rfc5424);
  ExportContext context = context_at(0);
  context.export_ms = 1'700'000'000'000;
  EXPECT_EQ(envelope.render(context), "<134>1 2023-11-14T22:13:20.000Z 192.0.2.1 CEF - - - ");
}

TEST(SyslogEnvelope, NoneIsEmpty) {
  SyslogEnvelope envelope(SyslogHeader::none);
  EXPECT_EQ(envelope.render(context_at(1)), "");
}

}  // namespace
}  // namespace flowcef::test
