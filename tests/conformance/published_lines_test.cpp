// What other systems publish about their own output, against the lines of the mapping made for it. GG: Gigamon, SS:
// StreamSets, BC and FD: PacketShaper, PX: ASA, SK: NAT. The lines are those of data/mappings, which golden_test.cpp pins.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/capture_lines.hpp"
#include "support/cef_reader.hpp"

namespace flowcef::test {
namespace {

std::vector<std::string> lines_of(const std::string& mapping) {
  std::ifstream in(source_dir() / "tests" / "data" / "mappings" / (mapping + ".cef"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

CefEvent event_of(const std::string& line) {
  const auto event = read_cef(std::string_view(line).substr(line.find("CEF:")));
  EXPECT_TRUE(event) << event.error();
  return event.value_or(CefEvent{});
}

struct WordDeviation {
  std::string_view published;
  std::string_view ours;
  std::string_view reason;
};

std::string corrected(std::string text, const std::vector<WordDeviation>& deviations) {
  for (const WordDeviation& deviation : deviations) {
    const std::size_t at = text.find(deviation.published);
    EXPECT_NE(at, std::string::npos) << deviation.reason;
    if (at != std::string::npos) text.replace(at, deviation.published.size(), deviation.ours);
  }
  return text;
}

// GG-12: time and host, no PRI. GG-14: host is box/slot/engine. GG-15, GG-16: the header. GG-18: one blank between
// pairs. GG-19: src. GG-20, GG-22, GG-30: Gigamon's keys, number and text. GG-28: src comes first.
TEST(PublishedLines, GigamonDnsSample) {
  const std::string published =
      "Fri Feb 23 02:25:37 2018 9/3/e1 CEF:23|Gigamon|metadata|5.3.00|4|metadatageneration|6| src=68.94.156.1 "
      "GigamonMdataDnsAdditionalType=41GigamonMdataDnsAdditionalTypeText=OPT";
  const std::vector<WordDeviation> slips = {
      {"metadatageneration", "metadata generation", "the explanation of the header and the second sample have a blank"},
      {"|6| src", "|6|src", "CEF has no blank behind the header"},
      {"=41Gigamon", "=41 Gigamon", "without the blank the two pairs are one"},
  };
  EXPECT_EQ(lines_of("gigamon").at(0), corrected(published, slips));
}

struct PublishedPair {
  std::string_view key;
  std::string_view published;
  std::string_view ours;
  std::string_view reason;  ///< of a deviation
};

// The values that are known of the second sample, in its order; its other values are made up, see data/mappings.
constexpr PublishedPair kTlsSample[] = {
    {"dpt", "54839", "54839", ""},
    {"GigamonMdataSslIssuerName", "DigiCert SHA2 High Assurance S", "DigiCert SHA2 High Assurance S\xe2\x80\xa6",
     "GG-26: the same 30 characters, and the mark that says that it was cut"},
    {"GigamonMdataSslValidNotBefore", "3137303130363030303030305a", "3137303130363030303030305a", ""},
    {"GigamonMdataSslValidNotBeforeTime", "", "2017-01-06T00:00:00.000Z", "GG-25: the same date, readable"},
    {"GigamonMdataSslCertSubKeySize", "270", "270", ""},
    {"GigamonMdataSslServerVersion", "771", "771", ""},
    {"GigamonMdataSslServerVersionText", "TLSv1.2", "TLSv1.2", ""},
    {"GigamonMdataSslServerCipher", "49199", "49199", ""},
    {"GigamonMdataSslServerCompressionMethod", "192", "192", ""},
    {"GigamonMdataSslServerSessionId", "", "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf",
     "GG-26: made up; Gigamon breaks its hex by blanks"},
    {"GigamonMdataSslCertSubCommonName", "", "*.example.com", "GG-24: made up, beginning with *"},
    {"GigamonMdataSslCertSubject", "", "2f433d55532f4f3d4578616d706c652f4f553d5765622f434e3d2a2e6578616d706c652e636f6d",
     "made up: /C=US/O=Example/OU=Web/CN=*.example.com"},
    {"dst", "", "203.0.113.20", "GG-23: the published page shows no address"},
    {"src", "", "198.51.100.20", "GG-23: the published page shows no address"},
};

// GG-13: the day without padding. GG-21, GG-24, GG-27, GG-28, GG-30.
TEST(PublishedLines, GigamonTlsSample) {
  const std::string line = lines_of("gigamon").at(1);
  EXPECT_TRUE(
      line.starts_with("Thu Mar 1 02:35:37 2018 1/1/e1 CEF:23|Gigamon|metadata|5.3.00|4|metadata generation|6|"
                       "dpt="))
      << line;
  const CefEvent event = event_of(line);
  ASSERT_EQ(event.order.size(), std::size(kTlsSample));
  for (std::size_t i = 0; i < std::size(kTlsSample); ++i) {
    const PublishedPair& pair = kTlsSample[i];
    EXPECT_EQ(event.order[i], pair.key);
    EXPECT_EQ(event.value(std::string(pair.key)), pair.ours);
    EXPECT_EQ(pair.reason.empty(), pair.published == pair.ours) << pair.key;
  }
}

// SS-16: the 40 fields of a v5 record.
TEST(PublishedLines, StreamSetsNetflow5) {
  const std::vector<std::string> lines = lines_of("streamsets");
  ASSERT_EQ(lines.size(), 8U);
  const CefEvent event = event_of(lines[0]);
  constexpr std::string_view kFields[] = {
      "TcpFlags",     "Last",      "Length",   "RawFirst",    "Flowseq",   "Count",      "Proto",       "Dstaddr",
      "Seconds",      "Id",        "Engineid", "SrcaddrS",    "Sender",    "Srcas",      "ReaderId",    "SrcMask",
      "Nexthop",      "Snmpinput", "DPkts",    "RawSampling", "Timestamp", "Enginetype", "Samplingint", "DstaddrS",
      "Samplingmode", "Srcaddr",   "First",    "RawLast",     "Dstport",   "NexthopS",   "Version",     "Uptime",
      "DOctets",      "Nanos",     "DstMask",  "Packetid",    "Srcport",   "Snmponput",  "Tos",         "Dstas"};
  static_assert(std::size(kFields) == 40);
  for (const std::string_view field : kFields) EXPECT_TRUE(event.has("StreamSets" + std::string(field))) << field;

  // SS-17: uptimes become times, here with an uptime of 0.
  EXPECT_EQ(event.value("StreamSetsSeconds"), "1503002821");
  EXPECT_EQ(event.value("StreamSetsUptime"), "0");
  EXPECT_EQ(event.value("StreamSetsRawFirst"), "87028333");
  EXPECT_EQ(event.value("StreamSetsRawLast"), "87059145");
  EXPECT_EQ(event.value("StreamSetsFirst"), "1503089849333");
  EXPECT_EQ(event.value("StreamSetsLast"), "1503089880145");
  // SS-18: seven records.
  EXPECT_EQ(event.value("StreamSetsCount"), "7");
  EXPECT_EQ(event.value("StreamSetsLength"), "360");
  // SS-19: addresses as signed numbers and as text.
  EXPECT_EQ(event.value("StreamSetsSrcaddr"), "-1408172028");
  EXPECT_EQ(event.value("StreamSetsSrcaddrS"), "172.17.0.4");
  EXPECT_EQ(event.value("StreamSetsDstaddr"), "1539135649");
  EXPECT_EQ(event.value("StreamSetsDstaddrS"), "91.189.88.161");
  EXPECT_EQ(event.value("StreamSetsNexthopS"), "172.17.0.1");
  // Of ICMP type and code are where v5 has them, and not a port.
  const CefEvent ping = event_of(lines[6]);
  EXPECT_EQ(ping.value("StreamSetsDstport"), "769");
  EXPECT_FALSE(ping.has("dpt"));

  // SS-20: the sampling word and its parts. SS-22: time in milliseconds, seconds and nanoseconds.
  const CefEvent sampled = event_of(lines[7]);
  EXPECT_EQ(sampled.value("StreamSetsRawSampling"), "4064");
  EXPECT_EQ(sampled.value("StreamSetsSamplingmode"), "1");
  EXPECT_EQ(sampled.value("StreamSetsSamplingint"), "100");
  EXPECT_EQ(sampled.value("StreamSetsSeconds"), "1750000000");
  EXPECT_EQ(sampled.value("StreamSetsNanos"), "250000000");
  EXPECT_EQ(sampled.value("StreamSetsTimestamp"), "1750000000250");
  // SS-21: both ends, and ids of their own for packet and record.
  EXPECT_EQ(sampled.value("StreamSetsSender"), "192.0.2.11");
  EXPECT_EQ(sampled.value("StreamSetsReaderId"), "192.0.2.200");
  EXPECT_NE(sampled.value("StreamSetsPacketid"), event.value("StreamSetsPacketid"));
  EXPECT_NE(ping.value("StreamSetsId"), event.value("StreamSetsId"));
}

// SS-24: kind. SS-26, SS-30: the 17 fields by name. SS-27: the packet's header. SS-31: uptimes stay, times are extra.
// SS-32: a UDP record with an ICMP type.
TEST(PublishedLines, StreamSetsNetflow9) {
  const CefEvent event = event_of(lines_of("streamsets9").at(0));
  constexpr std::pair<std::string_view, std::string_view> kPairs[] = {
      {"FlowKind", "FLOWSET"},
      {"FlowRecordCount", "2"},
      {"SourceId", "16909060"},
      {"Version", "9"},
      {"SequenceNumber", "77"},
      {"UnixSeconds", "1750000000"},
      {"SysUptimeMs", "86945000"},
      {"IcmpType", "0"},
      {"L4DstPort", "9995"},
      {"TcpFlags", "0"},
      {"L4SrcPort", "50000"},
      {"InputSnmp", "1"},
      {"FirstSwitched", "86400042"},
      {"Protocol", "17"},
      {"InBytes", "1"},
      {"OutputSnmp", "2"},
      {"LastSwitched", "86940154"},
      {"Ipv4SrcAddr", "127.0.0.1"},
      {"SrcAs", "64512"},
      {"InPkts", "1"},
      {"Ipv4DstAddr", "172.17.0.4"},
      {"DstAs", "64513"},
      {"SrcTos", "8"},
      {"ForwardingStatus", "64"},
  };
  for (const auto& [field, value] : kPairs) EXPECT_EQ(event.value("StreamSets" + std::string(field)), value) << field;
  EXPECT_TRUE(event.value("StreamSetsPacketHeaderRaw").ends_with("01020304")) << "sourceIdRaw";
  EXPECT_EQ(event.value("start"), "1749999455042");
  EXPECT_EQ(event.value("end"), "1749999995154");
}

// BC-12: protocol. BC-13: ToS and DSCP. BC-14, FD-13: no key without meaning. FD-06: exact counts. FD-15: flags read.
// FD-28: an old flow has its own times.
TEST(PublishedLines, PacketShaperNetflow5) {
  std::vector<std::string> lines = lines_of("packetshaper");
  ASSERT_EQ(lines.size(), 11U);
  lines.resize(5);
  for (const std::string& line : lines) {
    const CefEvent event = event_of(line);
    EXPECT_EQ(event.header[1], "PacketShaper");
    for (const char* absent : {"IpNextHopIPv4Address", "BgpSourceAsNumber", "BgpDestinationAsNumber",
                               "SourceIPv4PrefixLength", "DestinationIPv4PrefixLength", "SamplingInterval", "Policy",
                               "SerialNumber", "TotalFlowsSeen", "FlowRecordsId", "Rest"})
      EXPECT_FALSE(event.has(std::string("FlowcefPacketShaper") + absent)) << absent;
  }
  const CefEvent web = event_of(lines[0]);
  EXPECT_EQ(web.value("proto"), "TCP");
  EXPECT_EQ(web.value("FlowcefPacketShaperIpClassOfService"), "184");
  EXPECT_EQ(web.value("FlowcefPacketShaperDscp"), "EF");
  EXPECT_EQ(web.value("FlowcefPacketShaperTcpFlagsText"), "SYN,ACK,PSH,FIN");
  EXPECT_EQ(web.value("in"), "4321");
  EXPECT_EQ(event_of(lines[2]).value("proto"), "UDP");
  EXPECT_EQ(event_of(lines[3]).value("proto"), "ICMP");
  const CefEvent old = event_of(lines[4]);
  EXPECT_EQ(std::stoll(old.value("end")) - std::stoll(old.value("start")), 30'000);
  EXPECT_EQ(std::stoll(old.value("rt")) - std::stoll(old.value("end")), 3'600'000);
}

// BC-04, BC-05, BC-06, FD-03, FD-04, FD-31: what Packeteer-2 says beyond v5. FD-06: counts up to 2^32-1 are exact.
TEST(PublishedLines, Packeteer2) {
  const std::vector<std::string> lines = lines_of("packetshaper");
  ASSERT_EQ(lines.size(), 11U);
  constexpr std::pair<const char*, const char*> kPolicies[] = {
      {"1", "priority"}, {"2", "rate"}, {"8", "uncontrolled"}, {"16", "discard"}, {"32", "never-admit"}, {"0", "0"}};
  for (std::size_t i = 0; i < std::size(kPolicies); ++i) {
    const auto& [number, text] = kPolicies[i];
    const CefEvent event = event_of(lines[5 + i]);
    EXPECT_EQ(event.header[1], "PacketShaper");
    EXPECT_EQ(event.value("FlowcefPacketShaperPolicy"), number);
    const bool has_text = text != std::string_view(number);
    EXPECT_EQ(event.value("FlowcefPacketShaperPolicyText"), has_text ? text : "");
    EXPECT_EQ(event.value("cn2"), std::to_string(40'000 + std::stoi(number)));
    EXPECT_EQ(event.value("FlowcefPacketShaperOctetDeltaCount"), std::to_string(4'294'967'295 - std::stoi(number)));
    EXPECT_EQ(event.value("FlowcefPacketShaperSerialNumber"), "45509672961");
    EXPECT_EQ(event.value("FlowcefPacketShaperSerialNumberHex"), "0a98968001");
    EXPECT_EQ(event.value("FlowcefPacketShaperFlowRecordsId"), "77");
    EXPECT_EQ(event.value("FlowcefPacketShaperTcpFlagsText"), "SYN,ACK,PSH,FIN");
    EXPECT_EQ(event.value("FlowcefPacketShaperRest").substr(0, 4), "c0c1");
    EXPECT_EQ(std::stoll(event.value("end")) - std::stoll(event.value("start")), 29'800);
    EXPECT_EQ(std::stoll(event.value("rt")) - std::stoll(event.value("end")), 200);
  }
  EXPECT_EQ(event_of(lines[5]).value("FlowcefPacketShaperTotalFlowsSeen"), "1000");
}

// PX-07: ASA's events are event classes with severity, counters of both directions are used.
TEST(PublishedLines, AsaEvents) {
  struct Wanted {
    const char* signature;
    const char* severity;
    const char* reason;
  };
  constexpr Wanted kWanted[] = {
      {"firewall-created", "2", ""},
      {"firewall-updated", "1", ""},
      {"firewall-deleted", "2", "2030"},
      {"asa-denied-acl", "5", "denied by ingress ACL"},
      {"asa-denied-service", "6", "denied by service on the device"},
      {"asa-denied-no-syn", "3", "denied as first packet is no SYN"},
      {"firewall-denied", "5", "1500"},
      {"firewall-deleted", "2", "2025"},
      {"firewall-deleted", "2", "2029"},
  };
  const std::vector<std::string> lines = lines_of("asa");
  ASSERT_EQ(lines.size(), std::size(kWanted));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const CefEvent event = event_of(lines[i]);
    EXPECT_EQ(event.signature(), kWanted[i].signature);
    EXPECT_EQ(event.header[5], kWanted[i].severity);
    EXPECT_EQ(event.value("reason"), kWanted[i].reason);
    EXPECT_EQ(event.value("outcome"), event.signature().starts_with("asa-denied") ? "failure" : "");
  }
  const CefEvent update = event_of(lines[1]);
  EXPECT_EQ(update.value("in"), "1200");
  EXPECT_EQ(update.value("out"), "9000");
  EXPECT_EQ(update.value("cn2"), "10");
  EXPECT_EQ(update.value("cn3"), "12");
  EXPECT_EQ(update.value("cs1"), "0f8e7ff3fc1a030f00000000");
  EXPECT_FALSE(update.has("cs2")) << "all zero is no ACL";
}

// SK-35: a NAT event is a line with both translated ends and the time of the event, though it lacks what flows have.
TEST(PublishedLines, NatEvents) {
  const std::vector<std::string> lines = lines_of("nat");
  const CefEvent event = event_of(lines.at(0));
  EXPECT_EQ(event.signature(), "nat-created");
  EXPECT_EQ(event.value("rt"), "1750000000123");
  EXPECT_EQ(event.value("act"), "NAT44 session create");
  EXPECT_EQ(event.value("sourceTranslatedAddress"), "198.51.100.9");
  EXPECT_EQ(event.value("sourceTranslatedPort"), "1025");
  EXPECT_EQ(event.value("destinationTranslatedAddress"), "203.0.113.5");
  EXPECT_EQ(event.value("destinationTranslatedPort"), "443");
  for (const char* absent : {"start", "end", "in", "out"}) EXPECT_FALSE(event.has(absent)) << absent;
  constexpr std::string_view kOthers[] = {
      "nat-deleted",        "nat-block-allocated",   "nat-block-released", "nat-pool-exhausted",
      "nat-quota-exceeded", "nat-threshold-reached", "nat-created",        "nat-event"};
  ASSERT_EQ(lines.size(), 1 + std::size(kOthers));
  for (std::size_t i = 0; i < std::size(kOthers); ++i) EXPECT_EQ(event_of(lines[i + 1]).signature(), kOthers[i]);
}

}  // namespace
}  // namespace flowcef::test
