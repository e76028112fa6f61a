#include "flowcef/app/status_text.hpp"

#include <gtest/gtest.h>

#include "flowcef/app/test_send_report.hpp"

namespace flowcef::test {
namespace {

LinkStatus::Time at(std::int64_t seconds) {
  return LinkStatus::Time(std::chrono::seconds(seconds));
}

OutputStatus siem(Transport transport) {
  OutputStatus output;
  output.config.name = "siem";
  output.config.transport = transport;
  output.config.host = "2001:db8::1";
  output.config.port = 6514;
  output.config.path = "/var/lib/lines.cef";
  return output;
}

LinkStatus open_link() {
  return {LinkState::open, at(1'750'000'000), "", "2001:db8::1", "TLSv1.3", "", {}, at(1'781'536'000)};
}

LinkStatus refused_link() {
  return {LinkState::waiting, at(1'750'000'000), "", "2001:db8::1", "", "said \"no\"\n\x7f", at(1'750'000'001), {}};
}

TEST(StatusText, HasALineForEachConnection) {
  OutputStatus output = siem(Transport::tls);
  output.links = {open_link()};
  const std::string opened =
      "state=open since=2025-06-15T15:06:40Z to=tls://[2001:db8::1]:6514 peer=2001:db8::1 protocol=TLSv1.3 "
      "certificate_expires=2026-06-15T15:06:40Z\n";
  EXPECT_EQ(to_string(output), "output.siem " + opened);
  output.links.push_back(refused_link());
  EXPECT_EQ(to_string(output),
            "output.siem connection=1 " + opened +
                "output.siem connection=2 state=waiting since=2025-06-15T15:06:40Z to=tls://[2001:db8::1]:6514 "
                "peer=2001:db8::1 error=\"said 'no'  \" error_at=2025-06-15T15:06:41Z\n");
}

// PX-12
TEST(StatusText, SaysWhichOfSeveralReceiversHasTheLines) {
  OutputStatus output = siem(Transport::tls);
  output.config.more_receivers = {{"siem-b", 6515}};
  output.links = {{LinkState::open, at(1'750'000'000), "siem-b:6515", "192.0.2.2", "TLSv1.3", "", {}, {}}};
  EXPECT_EQ(to_string(output),
            "output.siem state=open since=2025-06-15T15:06:40Z to=tls://siem-b:6515 peer=192.0.2.2 protocol=TLSv1.3\n");
  output.links[0].target.clear();
  EXPECT_EQ(to_string(output),
            "output.siem state=open since=2025-06-15T15:06:40Z to=tls://[2001:db8::1]:6514,tls://siem-b:6515 "
            "peer=192.0.2.2 protocol=TLSv1.3\n");
}

TEST(StatusText, ATargetIsWrittenAsTheConfigurationHasIt) {
  EXPECT_EQ(target_of(siem(Transport::standard_output).config), "stdout:");
  EXPECT_EQ(target_of(siem(Transport::file).config), "file:/var/lib/lines.cef");
  EXPECT_EQ(target_of(siem(Transport::udp).config), "udp://[2001:db8::1]:6514");
}

// GG-31
TEST(TestSendReport, SaysWhatCameOfTheEvent) {
  struct Row {
    Transport transport;
    std::uint64_t delivered;
    std::uint64_t datagrams;
    std::string text;
  };
  for (const Row& row :
       {Row{Transport::file, 1, 0, "written: 300 bytes to file:/var/lib/lines.cef\n"},
        Row{Transport::udp, 1, 1,
            "taken by the kernel (of UDP nobody knows more): 300 bytes to udp://[2001:db8::1]:6514\n"},
        Row{Transport::udp, 1, 0,
            "too long for a datagram, acknowledged by the receiver over TCP: 300 bytes to udp://[2001:db8::1]:6514\n"},
        Row{Transport::tcp, 1, 0, "acknowledged by the receiver: 300 bytes to tcp://[2001:db8::1]:6514\n"},
        Row{Transport::tcp, 0, 0, "NOT DELIVERED, 300 bytes to tcp://[2001:db8::1]:6514: the time is up\n"}}) {
    TestOutcome outcome{siem(row.transport), 300, ""};
    outcome.status.counts.delivered = row.delivered;
    outcome.status.counts.datagrams = row.datagrams;
    EXPECT_EQ(to_string(outcome), "output siem: " + row.text);
  }
  TestOutcome fragmented{siem(Transport::udp), 8000, ""};
  fragmented.status.counts.delivered = 1;
  fragmented.status.counts.datagrams = 1;
  fragmented.status.counts.fragments = 6;
  fragmented.status.links = {{LinkState::open, at(1'750'000'000), "", "192.0.2.1", "udp", "", {}, {}}};
  EXPECT_EQ(
      to_string(fragmented),
      "output siem: taken by the kernel (of UDP nobody knows more): 8000 bytes to udp://[2001:db8::1]:6514 in 6 IP "
      "fragments, 192.0.2.1, udp\n");
  EXPECT_EQ(to_string(TestOutcome{siem(Transport::file), 300, "cannot open it"}),
            "output siem: NOT SENT: cannot open it\n");
}

TEST(TestSendReport, SaysWhyTheEventWasNotTaken) {
  TestOutcome outcome{siem(Transport::tls), 300, ""};
  OutputCounts& counts = outcome.status.counts;
  const std::string lost = "output siem: NOT DELIVERED, 300 bytes to tls://[2001:db8::1]:6514";
  counts.dropped = {{"stopped", 1}, {"queue_full", 0}, {"EMSGSIZE", 1}, {"oversize", 1}};
  EXPECT_EQ(to_string(outcome), lost + ": EMSGSIZE, oversize\n");
  counts.errors = {{"ECONNREFUSED", 4}, {"EMSGSIZE", 1}};
  EXPECT_EQ(to_string(outcome), lost + ": ECONNREFUSED, EMSGSIZE, oversize\n");
  outcome.status.links = {open_link(), refused_link()};
  outcome.status.links[1].error = "certificate has expired";
  EXPECT_TRUE(to_string(outcome).ends_with(": certificate has expired\n")) << to_string(outcome);
}

}  // namespace
}  // namespace flowcef::test
