#include "flowcef/source/udp_socket.hpp"

#include <gmock/gmock.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "udp_test_support.hpp"

namespace flowcef::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string error_of(const UdpSourceConfig& config) {
  try {
    (void)open_udp_sockets(config, 2, CapturedLog().logger());
  } catch (const std::system_error& error) {
    return error.what();
  }
  return "no error";
}

int receive_buffer(int fd) {
  int bytes = 0;
  socklen_t length = sizeof bytes;
  getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &length);
  return bytes / 2;
}

/// Returns: the worker whose socket the next datagram came to, nothing when the deadline has passed.
std::optional<std::size_t> receiving_worker(const std::vector<std::vector<UdpSocket>>& sockets) {
  std::vector<pollfd> polled;
  for (const auto& worker : sockets) polled.push_back({worker[0].fd(), POLLIN, 0});
  const int timeout_ms = static_cast<int>(std::chrono::milliseconds(kDeadline).count());
  if (poll(polled.data(), polled.size(), timeout_ms) <= 0) return std::nullopt;
  const auto ready = std::ranges::find_if(polled, [](const pollfd& entry) { return entry.revents != 0; });
  char ignored[16];
  if (recv(ready->fd, ignored, sizeof ignored, 0) < 0) return std::nullopt;
  return static_cast<std::size_t>(ready - polled.begin());
}

TEST(OpenUdpSockets, OnePerWorkerAndAddressInOrder) {
  const auto sockets =
      open_udp_sockets(listen_on({endpoint("127.0.0.1:0"), endpoint("[::1]:0")}), 3, CapturedLog().logger());
  ASSERT_EQ(sockets.size(), 3U);
  for (const auto& worker : sockets) {
    ASSERT_EQ(worker.size(), 2U);
    EXPECT_EQ(worker[0].local().address.to_string(), "127.0.0.1");
    EXPECT_NE(worker[0].local().port, 0);
    EXPECT_EQ(worker[0].local(), sockets[0][0].local());
    EXPECT_EQ(worker[1].local(), sockets[0][1].local());
  }
}

TEST(OpenUdpSockets, BothWildcardsOnOnePort) {
  const CapturedLog log;
  const auto first = open_udp_sockets(listen_on({endpoint("0.0.0.0:0")}), 2, log.logger());
  const Endpoint second{*IpAddress::parse("::"), first[0][0].local().port};
  const auto sockets = open_udp_sockets(listen_on({second}), 2, log.logger());
  EXPECT_EQ(sockets[1][0].local(), second);
}

TEST(OpenUdpSockets, WildcardAndOneAddressOnOnePort) {
  const CapturedLog log;
  std::uint16_t port = 0;
  {
    const auto probe = open_udp_sockets(listen_on({endpoint("0.0.0.0:0")}), 1, log.logger());
    port = probe[0][0].local().port;
  }
  const UdpSourceConfig config = listen_on({{IpAddress::parse("0.0.0.0").value(), port},  //
                                            {IpAddress::parse("127.0.0.1").value(), port}});
  EXPECT_EQ(open_udp_sockets(config, 2, log.logger())[1].size(), 2U);
}

TEST(OpenUdpSockets, TakenPortIsAClearError) {
  const Sender taken(endpoint("127.0.0.1:0"));
  const Endpoint address{*IpAddress::parse("127.0.0.1"), taken.port()};
  EXPECT_EQ(error_of(listen_on({address})), "cannot listen on " + address.to_string() +
                                                ": Address already in use (is another collector running? "
                                                "ss -lunp shows it)");
}

TEST(OpenUdpSockets, PortThatAnotherProcessSharesIsTakenAsWell) {
  const auto other = open_udp_sockets(listen_on({endpoint("127.0.0.1:0")}), 2, CapturedLog().logger());
  EXPECT_THAT(error_of(listen_on({other[0][0].local()})), HasSubstr("Address already in use"));
}

TEST(OpenUdpSockets, ForeignAddressIsAClearError) {
  EXPECT_THAT(error_of(listen_on({endpoint("192.0.2.1:0")})),
              AllOf(HasSubstr("cannot listen on 192.0.2.1:0"), HasSubstr("no interface has this address")));
}

TEST(OpenUdpSockets, ReceiveBufferIsSet) {
  UdpSourceConfig config = listen_on({endpoint("127.0.0.1:0")});
  config.receive_buffer_bytes = 100'000;
  const CapturedLog log;
  const auto sockets = open_udp_sockets(config, 2, log.logger());
  for (const auto& worker : sockets) EXPECT_EQ(receive_buffer(worker[0].fd()), 100'000);
  EXPECT_EQ(log.text(), "");
}

TEST(OpenUdpSockets, CappedReceiveBufferIsWarnedOfOncePerAddress) {
  UdpSourceConfig config = listen_on({endpoint("127.0.0.1:0")});
  config.receive_buffer_bytes = std::size_t{1} << 40;
  const CapturedLog log;
  (void)open_udp_sockets(config, 3, log.logger());
  const std::string text = log.text();
  EXPECT_THAT(text, HasSubstr("sysctl -w net.core.rmem_max=1099511627776"));
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
}

/// Takes CAP_NET_ADMIN from the calling thread for as long as it lives.
class WithoutNetAdmin {
 public:
  WithoutNetAdmin() {
    syscall(SYS_capget, &header_, sets_.data());
    auto fewer = sets_;
    fewer[0].effective &= ~(1U << CAP_NET_ADMIN);
    syscall(SYS_capset, &header_, fewer.data());
  }
  WithoutNetAdmin(const WithoutNetAdmin&) = delete;
  WithoutNetAdmin& operator=(const WithoutNetAdmin&) = delete;
  ~WithoutNetAdmin() { syscall(SYS_capset, &header_, sets_.data()); }

 private:
  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> sets_{};
};

// PX-15, PX-16: what was opened as root is not made smaller by a larger number after privileges were dropped.
TEST(ReceiveBuffer, IsKeptWhereTheSystemWouldGrantLess) {
  UdpSourceConfig config = listen_on({endpoint("127.0.0.1:0")});
  config.receive_buffer_bytes = std::size_t{64} << 20;
  const CapturedLog log;
  const auto sockets = open_udp_sockets(config, 1, log.logger());
  const int fd = sockets[0][0].fd();
  const int opened_with = receive_buffer(fd);
  const WithoutNetAdmin without;
  EXPECT_GE(set_receive_buffer(fd, std::size_t{128} << 20), static_cast<std::size_t>(opened_with));
  EXPECT_GE(receive_buffer(fd), opened_with);
  EXPECT_EQ(set_receive_buffer(fd, 100'000), 100'000U) << "less is granted to everybody";
  EXPECT_EQ(set_receive_buffer(fd, 120'000), 120'000U);
  EXPECT_EQ(receive_buffer(fd), 120'000);
}

// PX-15
TEST(OpenUdpSockets, MayOverlapWithWhatTheInputHasOpen) {
  const CapturedLog log;
  const auto open = open_udp_sockets(listen_on({endpoint("0.0.0.0:0")}), 2, log.logger());
  const Endpoint before = open[0][0].local();
  const UdpSourceConfig next = listen_on({{*IpAddress::parse("127.0.0.1"), before.port}});
  EXPECT_THAT(error_of(next), HasSubstr("Address already in use"));
  EXPECT_EQ(open_udp_sockets(next, 2, log.logger(), {before})[1][0].local(), next.listen[0]);
  EXPECT_THROW((void)open_udp_sockets(listen_on({before}), 2, log.logger(), {before}), std::system_error)
      << "the same address would share its datagrams";
}

TEST(OpenUdpSockets, RememberWhatWasConfigured) {
  const Endpoint any_port = endpoint("127.0.0.1:0");
  const auto sockets = open_udp_sockets(listen_on({any_port}), 2, CapturedLog().logger());
  for (const auto& worker : sockets) EXPECT_EQ(worker[0].configured(), any_port);
}

/// Sends from every source by several ports. Returns: the workers that each source met.
std::map<std::string, std::set<std::size_t>> workers_by_source(const std::vector<std::vector<UdpSocket>>& sockets,
                                                               const std::vector<std::string>& sources,
                                                               bool any_address) {
  std::map<std::string, std::set<std::size_t>> met;
  for (const auto& source : sources) {
    for (int port = 0; port < 8; ++port) {
      Sender(endpoint(source + ":0"), any_address).send("x", reachable(sockets[0][0].local()));
      met[source].insert(receiving_worker(sockets).value());
    }
  }
  return met;
}

void expect_steered(const std::map<std::string, std::set<std::size_t>>& met, std::size_t workers) {
  std::set<std::size_t> used;
  for (const auto& [source, met_workers] : met) {
    EXPECT_EQ(met_workers.size(), 1U) << source;
    used.insert(met_workers.begin(), met_workers.end());
  }
  EXPECT_EQ(used.size(), workers) << "so many addresses spread over all workers";
}

TEST(SourceSteering, EverySourceAddressMeetsOneSocket) {
  const auto sockets = open_udp_sockets(listen_on({endpoint("0.0.0.0:0")}), 4, CapturedLog().logger());
  std::vector<std::string> sources;
  for (int host = 1; host <= 20; ++host) sources.push_back("127.0.0." + std::to_string(host));
  expect_steered(workers_by_source(sockets, sources, false), 4);
}

TEST(SourceSteering, EveryIpv6SourceAddressMeetsOneSocket) {
  try {
    const Sender probe(endpoint("[2001:db8::1]:0"), true);
  } catch (const std::runtime_error& error) {
    GTEST_SKIP() << error.what();
  }
  const auto sockets = open_udp_sockets(listen_on({endpoint("[::]:0")}), 4, CapturedLog().logger());
  std::vector<std::string> sources;
  for (int i = 1; i <= 9; ++i) {
    sources.push_back("[2001:db8::" + std::to_string(i) + "]");
    sources.push_back("[2001:db8:0:" + std::to_string(i) + "::1]");
  }
  expect_steered(workers_by_source(sockets, sources, true), 4);
}

TEST(SourceSteering, Ipv6LoopbackMeetsOneSocket) {
  const auto sockets = open_udp_sockets(listen_on({endpoint("[::]:0")}), 4, CapturedLog().logger());
  const Endpoint to = reachable(sockets[0][0].local());
  std::set<std::size_t> used;
  for (int i = 0; i < 20; ++i) {
    Sender(endpoint("[::1]:0")).send("x", to);
    const auto worker = receiving_worker(sockets);
    ASSERT_TRUE(worker);
    used.insert(*worker);
  }
  EXPECT_EQ(used.size(), 1U);
}

TEST(SourceSteering, SocketThatSharesNothingRefusesIt) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  EXPECT_TRUE(attach_source_steering(fd, false, 4));
  close(fd);
}

}  // namespace
}  // namespace flowcef::test
