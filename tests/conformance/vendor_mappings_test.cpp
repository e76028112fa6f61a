// The shipped mappings on what real exporters of their kind sent. Captures: see captures_dir.hpp; without one the test
// is skipped.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "captures_dir.hpp"
#include "support/capture_lines.hpp"
#include "support/cef_reader.hpp"

namespace flowcef::test {
namespace {

struct Family {
  const char* mapping;
  const char* capture;
  std::vector<std::string> pairs;  ///< that at least one line has; "signature=..." is the header's
};

void PrintTo(const Family& row, std::ostream* out) {
  *out << row.mapping << " on " << row.capture;
}

class VendorMappings : public testing::TestWithParam<Family> {};

bool has_pair(const CefEvent& event, const std::string& pair) {
  const std::string key = pair.substr(0, pair.find('='));
  const std::string value = pair.substr(pair.find('=') + 1);
  return key == "signature" ? event.signature() == value : event.has(key) && event.value(key) == value;
}

TEST_P(VendorMappings, EveryRecordIsALineAndSaysWhatMatters) {
  const std::filesystem::path capture = captures_dir() / (std::string(GetParam().capture) + ".pcap");
  if (!std::filesystem::exists(capture)) GTEST_SKIP() << capture << " is not there";
  const CaptureLines made = convert_capture(capture, shipped_translation(GetParam().mapping));
  EXPECT_EQ(made.lines.size(), made.records);
  EXPECT_NE(made.records, 0U);
  std::vector<CefEvent> events;
  for (const std::string& line : made.lines) {
    const auto event = read_cef(line);
    ASSERT_TRUE(event) << event.error();
    events.push_back(*event);
  }
  for (const std::string& pair : GetParam().pairs) {
    EXPECT_TRUE(std::any_of(events.begin(), events.end(), [&](const CefEvent& event) { return has_pair(event, pair); }))
        << pair;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Captures, VendorMappings,
    testing::Values(
        Family{"asa",
               "logstash/netflow9_cisco_asa_1",
               {"signature=firewall-deleted", "cn1=8500", "in=56", "cs1=0f8e7ff3fc1a030f00000000",
                "FlowcefBridgeNfFFwExtEvent=2025"}},
        Family{"cef1", "generated/softflowd_ipfix_over_ipv6", {"dvc=::1", "src=2001:db8:1::10", "src=10.1.0.10"}},
        Family{"fortinet", "logstash/netflow9_fortigate_521", {"signature=options", "in=152", "cn1=3", "out=0"}},
        Family{"nat",
               "akvorado/netflow9_nat",
               {"signature=nat-created", "signature=nat-deleted", "act=NAT translation create",
                "sourceTranslatedAddress=10.143.52.29"}},
        Family{"nat", "logstash/ipfix_nokia_bras", {"signature=nat-event", "suser=USER1@10.10.0.123"}},
        Family{"netscaler",
               "logstash/ipfix_netscaler",
               {"signature=http-request", "requestMethod=GET", "dhost=www.kobo.com", "cs1=11.222.33.255",
                "flexNumber1=83", "flexString1=ACK"}},
        Family{"nprobe",
               "telegraf/ipfix_nprobe_pen",
               {"cn1=1", "FlowcefBridgeL7Proto=37", "FlowcefBridgeL7ProtoText=BitTorrent"}},
        Family{"nprobe", "graylog-plugin/netflow9_nprobe_3", {"signature=flow", "signature=options"}},
        Family{"packetshaper", "telegraf/netflow5_v5_example", {"cn1=78", "FlowcefPacketShaperTcpFlagsText=ACK,PSH"}},
        Family{
            "paloalto",
            "logstash/netflow9_paloalto_zero_filled",
            {"signature=firewall-deleted", "app=kerberos", "cn1=1428388", "cn2=3", "flexString1=SYN,ACK,PSH,RST,ECE"}},
        Family{"streamsets", "generated/softflowd_v5", {"StreamSetsVersion=5"}},
        // SS-21: IPv6 included.
        Family{"streamsets", "generated/softflowd_ipfix_over_ipv6", {"StreamSetsSender=::1", "StreamSetsReaderId=::1"}},
        Family{"streamsets9", "generated/softflowd_v9", {"StreamSetsVersion=9", "StreamSetsFlowKind=OPTIONS"}},
        Family{"yaf", "telegraf/ipfix_yaf", {"in=80", "out=40", "cn1=2", "cn2=1", "FlowcefBridgeInitialTCPFlags=17"}}),
    [](const auto& row) { return row.param.mapping + std::to_string(row.index); });

}  // namespace
}  // namespace flowcef::test
