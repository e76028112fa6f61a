#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flowcef/sink/output.hpp"
#include "support/sink_support.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::DatagramReceiver;
using test::eventually;
using testing::HasSubstr;

class UdpSinkTest : public testing::Test {
 protected:
  BatchPool pool_;
  test::CapturedLog log_;

  static SinkConfig config_for(const std::string& host, std::uint16_t port) {
    SinkConfig config = test::loopback_config(Transport::udp, port);
    config.host = host;
    return config;
  }
  std::unique_ptr<Output> start(const std::string& host, std::uint16_t port) { return start(config_for(host, port)); }
  std::unique_ptr<Output> start(const SinkConfig& config) {
    auto output = make_output(config, log_.logger());
    output->start();
    return output;
  }
  void submit(Output& output, const std::vector<std::string>& lines, Framing framing = Framing::newline) {
    output.submit(test::make_batch(pool_, lines, framing), Producer::cannot_wait);
  }
};

class UdpSinkAddress : public UdpSinkTest, public testing::WithParamInterface<const char*> {};

TEST_P(UdpSinkAddress, EachLineIsOneDatagramWithoutFraming) {
  DatagramReceiver receiver(GetParam());
  const auto output = start(GetParam(), receiver.port());
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < 700; ++i) lines.push_back(test::numbered_line(i, 20 + i % 60));
  submit(*output, lines, Framing::octet_counting);
  for (const std::string& line : lines) ASSERT_EQ(receiver.receive(), line);
  output->stop(steady_clock::now() + 10s);
  EXPECT_EQ(output->counts().delivered, 700U);
  EXPECT_EQ(output->counts().datagrams, 700U);
  EXPECT_TRUE(output->counts().balanced());
}

// GG-09, GG-10: over IPv6 in fragments of 1280 bytes where loopback's packets are too small.
TEST_P(UdpSinkAddress, LargeLinesArriveWhole) {
  DatagramReceiver receiver(GetParam());
  const auto output = start(GetParam(), receiver.port());
  std::vector<std::string> lines;
  for (const std::size_t length : {1'473U, 2'000U, 8'000U, 65'000U, 65'507U}) {
    lines.push_back(test::numbered_line(length, length));
  }
  submit(*output, lines);
  for (const std::string& line : lines) ASSERT_TRUE(receiver.receive() == line) << line.size();
  output->stop(steady_clock::now() + 10s);
  const OutputCounts counts = output->counts();
  EXPECT_EQ(counts.delivered, lines.size());
  const bool v6 = std::string(GetParam()) == "::1";
  EXPECT_EQ(counts.fragmented, v6 ? 1U : 0U);
  EXPECT_EQ(counts.fragments, v6 ? 54U : 0U);
}

TEST_P(UdpSinkAddress, OversizeLineIsDroppedAndCountedAlone) {
  DatagramReceiver receiver(GetParam());
  SinkConfig config = config_for(GetParam(), receiver.port());
  config.udp.max_message_bytes = 70'000;  // so that the kernel says it
  const auto output = start(config);
  submit(*output, {"before", std::string(65'536, 'x'), "after"});
  EXPECT_EQ(receiver.receive(), "before");
  EXPECT_EQ(receiver.receive(), "after");
  output->stop(steady_clock::now() + 10s);
  const OutputCounts counts = output->counts();
  EXPECT_EQ(counts.delivered, 2U);
  EXPECT_EQ(counts.dropped.at("oversize"), 1U);
  EXPECT_EQ(counts.errors.at("EMSGSIZE"), 1U);
  EXPECT_TRUE(counts.balanced());
  EXPECT_THAT(log_.text(), HasSubstr("lines lost output=test reason=oversize lines=1"));
}

// GG-11
TEST_P(UdpSinkAddress, LineAboveTheLimitIsDroppedAndCountedAlone) {
  DatagramReceiver receiver(GetParam());
  SinkConfig config = config_for(GetParam(), receiver.port());
  config.udp.max_message_bytes = 1000;
  const auto output = start(config);
  const std::string longest(1000, 'x');
  submit(*output, {longest + "x", longest, longest + "x", "after"});
  EXPECT_EQ(receiver.receive(), longest);
  EXPECT_EQ(receiver.receive(), "after");
  output->stop(steady_clock::now() + 10s);
  const OutputCounts counts = output->counts();
  EXPECT_EQ(counts.delivered, 2U);
  EXPECT_EQ(counts.dropped.at("oversize"), 2U);
  EXPECT_TRUE(counts.errors.empty());
  EXPECT_TRUE(counts.balanced());
}

TEST_P(UdpSinkAddress, SourceAddressAndPortAreAsConfigured) {
  const std::uint16_t free_port = DatagramReceiver(GetParam()).port();
  DatagramReceiver receiver(GetParam());
  SinkConfig config = config_for(GetParam(), receiver.port());
  config.source_address = GetParam();
  config.source_port = free_port;
  const auto output = start(config);
  submit(*output, {"line"});
  EXPECT_EQ(receiver.receive(), "line");
  EXPECT_THROW(DatagramReceiver(GetParam(), free_port), std::runtime_error) << "the output has the port";

  config.udp.rate_limit = 1'000'000;
  output->adopt(config, output->prepare(config));
  submit(*output, {"line of the next driver"});
  EXPECT_EQ(receiver.receive(), "line of the next driver");
  output->stop(steady_clock::now() + 10s);
  EXPECT_TRUE(output->counts().errors.empty());
}

INSTANTIATE_TEST_SUITE_P(Both, UdpSinkAddress, testing::Values("127.0.0.1", "::1"),
                         [](const auto& param) { return param.param[0] == ':' ? "Ipv6" : "Ipv4"; });

TEST_F(UdpSinkTest, RefusedPortIsCountedAndComesBack) {
  std::uint16_t port = 0;
  port = DatagramReceiver().port();
  const auto output = start("127.0.0.1", port);
  EXPECT_TRUE(eventually([&] {
    submit(*output, {"nobody hears this"});
    return output->counts().errors["ECONNREFUSED"] >= 2;
  }));
  DatagramReceiver receiver("127.0.0.1", port);
  submit(*output, {"somebody does"});
  std::string line = receiver.receive();
  while (line == "nobody hears this") line = receiver.receive();
  EXPECT_EQ(line, "somebody does");
  output->stop(steady_clock::now() + 10s);
  const OutputCounts counts = output->counts();
  EXPECT_EQ(counts.dropped_lines(), 0U) << "a refusal answers an earlier datagram; this one is sent again";
  EXPECT_TRUE(counts.balanced());
  EXPECT_THAT(log_.text(), HasSubstr("receiver refuses datagrams output=test"));
}

TEST_F(UdpSinkTest, NameWithSeveralAddressesFindsTheOneThatListens) {
  if (!test::localhost_resolves()) GTEST_SKIP() << "localhost has no address here";
  DatagramReceiver receiver("127.0.0.1");
  const auto output = start("localhost", receiver.port());
  EXPECT_TRUE(eventually([&] {
    submit(*output, {"line"});
    return output->counts().errors["ECONNREFUSED"] > 0 || output->counts().delivered > 20;
  }));
  submit(*output, {"line"});
  EXPECT_EQ(receiver.receive(), "line");
  output->stop(steady_clock::now() + 10s);
}

TEST_F(UdpSinkTest, FloodLosesNothingUncounted) {
  DatagramReceiver receiver;
  const auto output = start("127.0.0.1", receiver.port());
  for (std::size_t b = 0; b < 100; ++b) {
    submit(*output, std::vector<std::string>(200, std::string(300, 'x')));
  }
  output->stop(steady_clock::now() + 10s);
  const OutputCounts counts = output->counts();
  EXPECT_EQ(counts.submitted, 20'000U);
  EXPECT_EQ(counts.delivered, 20'000U);
  EXPECT_EQ(counts.bytes, 20'000U * 300);
  EXPECT_TRUE(counts.balanced());
}

// GG-11: a line that is too long for a datagram goes to the same receiver over TCP.
TEST_F(UdpSinkTest, LineAboveTheLimitGoesOverTcp) {
  DatagramReceiver receiver;
  test::StreamReceiver stream(receiver.port());
  SinkConfig config = config_for("127.0.0.1", receiver.port());
  config.udp.max_message_bytes = 1000;
  config.udp.tcp_fallback = true;
  const auto output = start(config);
  const std::string too_long(1001, 'x');
  submit(*output, {"before", too_long, "after"}, Framing::octet_counting);
  EXPECT_EQ(receiver.receive(), "before");
  EXPECT_EQ(receiver.receive(), "after");
  EXPECT_TRUE(eventually([&] { return stream.text() == too_long + "\n"; }));
  output->stop(steady_clock::now() + 10s);
  EXPECT_EQ(output->counts().delivered, 3U);
  EXPECT_EQ(output->counts().datagrams, 2U);
  EXPECT_TRUE(output->counts().balanced());
}

TEST_F(UdpSinkTest, RateIsKept) {
  DatagramReceiver receiver;
  SinkConfig config = config_for("127.0.0.1", receiver.port());
  config.udp.rate_limit = 1000;
  config.udp.rate_burst = 10;
  const auto begin = steady_clock::now();
  const auto output = start(config);
  submit(*output, std::vector<std::string>(210, "line"));
  for (int i = 0; i < 210; ++i) ASSERT_EQ(receiver.receive(), "line");
  EXPECT_GE(steady_clock::now() - begin, 199ms);
  submit(*output, std::vector<std::string>(100'000, "line"));
  const auto stop = steady_clock::now();
  output->stop(stop + 100ms);
  EXPECT_LT(steady_clock::now() - stop, 5s);
  EXPECT_GT(output->counts().dropped.at("stopped"), 0U);
  EXPECT_TRUE(output->counts().balanced());
}

struct BadSource {
  const char* address;
  const char* error;
  const char* text;
};
class UdpSinkBadSource : public UdpSinkTest, public testing::WithParamInterface<BadSource> {};

TEST_P(UdpSinkBadSource, IsToldAndTriedAgain) {
  const auto& [address, error, text] = GetParam();
  SinkConfig config = config_for("127.0.0.1", 514);
  config.source_address = address;
  const auto output = start(config);
  EXPECT_TRUE(eventually([&] { return output->counts().errors[error] >= 2; }));
  EXPECT_THAT(output->links().front().error, HasSubstr(text));
  output->stop(steady_clock::now() + 10s);
  EXPECT_THAT(log_.text(), HasSubstr(std::string("cannot use source ") + address));
}

INSTANTIATE_TEST_SUITE_P(All, UdpSinkBadSource,
                         testing::Values(BadSource{"192.0.2.1", "EADDRNOTAVAIL", "no such address"},
                                         BadSource{"::1", "EAFNOSUPPORT", "another IP version"}),
                         [](const auto& param) { return param.param.error; });

TEST_F(UdpSinkTest, UnknownNameIsTriedAgainAndDoesNotHoldUpTheStop) {
  const auto output = start("no-such-host.invalid", 514);
  submit(*output, {"line"});
  const auto begin = steady_clock::now();
  output->stop(begin + 100ms);
  EXPECT_LT(steady_clock::now() - begin, 5s);
  EXPECT_EQ(output->counts().dropped.at("stopped"), 1U);
  EXPECT_TRUE(output->counts().balanced());
}

TEST_F(UdpSinkTest, StopWithNothingQueuedEndsAtOnce) {
  for (const char* host : {"127.0.0.1", "no-such-host.invalid"}) {
    const auto output = start(host, 514);
    const auto begin = steady_clock::now();
    output->stop(begin + 60s);
    EXPECT_LT(steady_clock::now() - begin, 10s);
  }
}

}  // namespace
}  // namespace flowcef
