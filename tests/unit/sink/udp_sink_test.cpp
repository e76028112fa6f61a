#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

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

  std::unique_ptr<Output> start(const std::string& host, std::uint16_t port) {
    SinkConfig config = test::loopback_config(Transport::udp, port);
    config.host = host;
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

// GG-09: a message larger than the MTU leaves as one datagram in several IP fragments, and arrives whole.
void expect_large_lines_whole(Output& output, DatagramReceiver& receiver, BatchPool& pool) {
  std::vector<std::string> lines;
  for (const std::size_t length : {1'473U, 2'000U, 8'000U, 65'000U, 65'507U}) {
    lines.push_back(test::numbered_line(length, length));
  }
  output.submit(test::make_batch(pool, lines), Producer::cannot_wait);
  for (const std::string& line : lines) ASSERT_TRUE(receiver.receive() == line) << line.size();
  output.stop(steady_clock::now() + 10s);
  EXPECT_EQ(output.counts().delivered, lines.size());
}

TEST_P(UdpSinkAddress, LargeLinesArriveWhole) {
  DatagramReceiver receiver(GetParam());
  const auto output = start(GetParam(), receiver.port());
  expect_large_lines_whole(*output, receiver, pool_);
}

/// Returns: whether this thread, and those it starts, now have a network of their own with an MTU of 1500.
bool enter_network_with_mtu_1500() {
  if (::unshare(CLONE_NEWNET) != 0) return false;
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::string("lo").copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_mtu = 1500;
  bool done = ::ioctl(socket, SIOCSIFMTU, &request) == 0;
  request.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
  done = done && ::ioctl(socket, SIOCSIFFLAGS, &request) == 0;
  ::close(socket);
  return done;
}

std::uint64_t fragments_created() {
  std::ifstream snmp("/proc/thread-self/net/snmp");
  std::string names, values;
  std::getline(snmp, names);
  std::getline(snmp, values);
  std::istringstream name(names), value(values);
  std::string a, b;
  while (name >> a && value >> b) {
    if (a == "FragCreates") return std::stoull(b);
  }
  return 0;
}

TEST_P(UdpSinkAddress, LargeLinesAreFragmentedAndArriveWhole) {
  bool possible = false;
  std::thread([&] {
    possible = enter_network_with_mtu_1500();
    if (!possible) return;
    DatagramReceiver receiver(GetParam());
    const auto output = start(GetParam(), receiver.port());
    expect_large_lines_whole(*output, receiver, pool_);
    const bool v4 = std::string(GetParam()) == "127.0.0.1";
    EXPECT_GE(fragments_created(), v4 ? 2U + 2 + 6 + 44 + 45 : 0);
  }).join();
  if (!possible) GTEST_SKIP() << "needs the right to make a network namespace";
}

TEST_P(UdpSinkAddress, OversizeLineIsDroppedAndCountedAlone) {
  DatagramReceiver receiver(GetParam());
  const auto output = start(GetParam(), receiver.port());
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
