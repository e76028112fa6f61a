#include "flowcef/source/tap_filter.hpp"

#include <gmock/gmock.h>
#include <pcap/pcap.h>

#include <array>
#include <memory>

#include "flowcef/source/udp_extractor.hpp"
#include "support/capture_builder.hpp"

namespace flowcef::test {
namespace {

constexpr std::uint16_t kTag = 0x8100;
constexpr std::uint16_t kServiceTag = 0x88a8;

class TapFilter : public testing::Test {
 protected:
  void compile(int link_type, std::vector<std::uint16_t> ports = {4739, kListenerPort}) {
    const std::unique_ptr<pcap_t, decltype(&pcap_close)> capture(pcap_open_dead(link_type, 262144), pcap_close);
    const std::string text = tap_filter(ports, link_type == DLT_EN10MB);
    ASSERT_EQ(pcap_compile(capture.get(), &program_, text.c_str(), 1, PCAP_NETMASK_UNKNOWN), 0)
        << text << ": " << pcap_geterr(capture.get());
  }

  ~TapFilter() override { pcap_freecode(&program_); }

  [[nodiscard]] bool takes(const ByteVector& frame) const {
    pcap_pkthdr header{};
    header.caplen = header.len = static_cast<bpf_u_int32>(frame.size());
    return pcap_offline_filter(&program_, &header, frame.data()) != 0;
  }

  bpf_program program_{};
};

ByteVector udp_to(std::uint16_t port, const ByteVector& payload = bytes_of("flow export")) {
  ByteVector out = udp(payload);
  out[2] = static_cast<std::uint8_t>(port >> 8);
  out[3] = static_cast<std::uint8_t>(port & 0xff);
  return out;
}

// SK-02: what is for the ports, with VLAN tags in any number up to two.
TEST_F(TapFilter, TakesDatagramsToThePorts) {
  compile(DLT_EN10MB);
  for (const std::uint16_t port : std::vector<std::uint16_t>{2055, 4739}) {
    for (const ByteVector& ip : {ipv4(udp_to(port)), ipv4(udp_to(port), {.option_words = 3}), ipv6(udp_to(port))}) {
      EXPECT_TRUE(takes(ethernet(ip))) << port;
      EXPECT_TRUE(takes(ethernet(ip, {kTag}))) << port;
      EXPECT_TRUE(takes(ethernet(ip, {kServiceTag, kTag}))) << port;
    }
  }
}

TEST_F(TapFilter, LeavesWhatIsForOthers) {
  compile(DLT_EN10MB);
  const ByteVector fragment_of_tcp = ipv4(ByteVector(64), {.protocol = 6, .offset = 1480});
  for (const ByteVector& ip :
       {ipv4(udp_to(53)), ipv6(udp_to(53)), ipv4(ByteVector(20), {.protocol = 6}), ipv6(ByteVector(20), 6),
        ipv6(ByteVector(20), 58), fragment_of_tcp, ipv4(udp_to(53), {.more = true})}) {
    EXPECT_FALSE(takes(ethernet(ip)));
    EXPECT_FALSE(takes(ethernet(ip, {kTag})));
    EXPECT_FALSE(takes(ethernet(ip, {kServiceTag, kTag})));
  }
  EXPECT_FALSE(takes(ByteVector(60, 0xff)));
}

// What a datagram goes from: the exporter's port is not asked for.
TEST_F(TapFilter, LeavesAnswersFromThePorts) {
  compile(DLT_EN10MB, {kExporterPort});
  EXPECT_FALSE(takes(ethernet(ipv4(udp_to(2055)))));
}

// Later fragments have no port, so that all of UDP pass.
TEST_F(TapFilter, TakesFragments) {
  compile(DLT_EN10MB);
  const ByteVector whole = udp_to(2055, ByteVector(3000, 'x'));
  const ByteVector first = ipv4(slice(whole, 0, 1480), {.more = true});
  const ByteVector last = ipv4(slice(whole, 1480, whole.size() - 1480), {.offset = 1480});
  for (const auto& tags : {std::vector<std::uint16_t>{}, {kTag}, {kServiceTag, kTag}}) {
    EXPECT_TRUE(takes(ethernet(first, tags)));
    EXPECT_TRUE(takes(ethernet(last, tags)));
    EXPECT_TRUE(takes(ethernet(fragment6(slice(whole, 0, 1448), 0, true), tags)));
    EXPECT_TRUE(takes(ethernet(fragment6(slice(whole, 1448, 1000), 1448, true), tags)));
  }
}

// The kernel's filter cannot look behind extension headers: the port is checked later.
TEST_F(TapFilter, TakesIpv6WithExtensionHeaders) {
  compile(DLT_EN10MB);
  for (const std::uint8_t header : ByteVector{0, 43, 60}) {
    EXPECT_TRUE(takes(ethernet(ipv6(extension(17, udp_to(2055)), header)))) << int(header);
    EXPECT_TRUE(takes(ethernet(ipv6(extension(17, udp_to(2055)), header), {kTag}))) << int(header);
  }
}

TEST_F(TapFilter, TakesCookedAndRawFrames) {
  ByteVector cooked(14);
  append_be(cooked, 0x0800, 2);
  append(cooked, ipv4(udp_to(2055)));
  compile(DLT_LINUX_SLL);
  EXPECT_TRUE(takes(cooked));
  pcap_freecode(&program_);
  compile(DLT_RAW);
  EXPECT_TRUE(takes(ipv4(udp_to(2055))));
  EXPECT_FALSE(takes(ipv4(udp_to(53))));
  EXPECT_TRUE(takes(ipv6(udp_to(4739))));
}

TEST(TapFilterText, ManyPortsCompile) {
  std::vector<std::uint16_t> ports;
  for (std::uint16_t port = 2001; ports.size() < 64; port = static_cast<std::uint16_t>(port + 3)) ports.push_back(port);
  const std::unique_ptr<pcap_t, decltype(&pcap_close)> capture(pcap_open_dead(DLT_EN10MB, 262144), pcap_close);
  bpf_program program{};
  ASSERT_EQ(pcap_compile(capture.get(), &program, tap_filter(ports, true).c_str(), 1, PCAP_NETMASK_UNKNOWN), 0)
      << pcap_geterr(capture.get());
  EXPECT_LE(program.bf_len, 4096U) << "more than the kernel takes";
  pcap_freecode(&program);
}

// A fragmented one has that of its fragments.
TEST(UdpExtractorHops, AreThoseOfThePacket) {
  UdpExtractor extractor(DLT_EN10MB);
  Datagram datagram;
  ByteVector frame = ethernet(ipv4(udp(bytes_of("x"))));
  frame[14 + 8] = 7;
  ASSERT_TRUE(extractor.extract(frame, 1, 1, datagram));
  EXPECT_EQ(datagram.hops, 7);
  frame = ethernet(ipv6(udp(bytes_of("x"))));
  frame[14 + 7] = 9;
  ASSERT_TRUE(extractor.extract(frame, 1, 2, datagram));
  EXPECT_EQ(datagram.hops, 9);
}

// Fragments of others pass the filter without their first one: they are no loss of ours.
TEST(UdpExtractorFragments, WithoutTheFirstAreCountedApart) {
  UdpExtractor extractor(DLT_EN10MB);
  Datagram datagram;
  const ByteVector whole = udp(ByteVector(3000, 'x'));
  EXPECT_FALSE(extractor.extract(ethernet(ipv4(slice(whole, 1480, 8), {.id = 1, .offset = 1480})), 1, 1, datagram));
  EXPECT_FALSE(extractor.extract(ethernet(ipv4(slice(whole, 0, 1480), {.id = 2, .more = true})), 1, 2, datagram));
  extractor.finish();
  EXPECT_EQ(extractor.counts().incomplete.value(), 2U);
  EXPECT_EQ(extractor.counts().headless.value(), 1U);
}

TEST(TapInterfaces, AreThoseOfTheMachineAndAny) {
  EXPECT_THAT(tap_interfaces(), testing::Contains("lo"));
  EXPECT_EQ(tap_interfaces().back(), "any");
  EXPECT_THAT(listed_tap_interfaces(), testing::EndsWith(" or any"));
}

}  // namespace
}  // namespace flowcef::test
