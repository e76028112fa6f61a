// What UDP outputs meet on real networks: small MTUs, networks and addresses that go and come back, names that move.
// Each test has a network and mounts of its own, with which it does as it likes.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include <cstring>
#include <fstream>

#include "flowcef/core/file_descriptor.hpp"
#include "flowcef/sink/output.hpp"
#include "support/sink_support.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::DatagramReceiver;
using test::eventually;
using testing::HasSubstr;

/// The loopback device of the thread's network, which is down in a new one.
class Loopback {
 public:
  void set_mtu(int mtu) {
    ifreq request = named("lo");
    request.ifr_mtu = mtu;
    change(SIOCSIFMTU, request);
  }
  void up() { set_flags("lo", IFF_UP | IFF_LOOPBACK | IFF_RUNNING); }
  void add(const char* address) {
    ifreq request = named("lo:1");
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    ASSERT_EQ(inet_pton(AF_INET, address, &v4.sin_addr), 1);
    std::memcpy(&request.ifr_addr, &v4, sizeof v4);
    change(SIOCSIFADDR, request);
  }
  void remove_added() { set_flags("lo:1", 0); }

 private:
  static ifreq named(const char* name) {
    ifreq request{};
    std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    return request;
  }
  void set_flags(const char* name, int flags) {
    ifreq request = named(name);
    request.ifr_flags = static_cast<short>(flags);
    change(SIOCSIFFLAGS, request);
  }
  void change(unsigned long what, ifreq& request) {
    ASSERT_EQ(::ioctl(socket_.get(), what, &request), 0) << std::strerror(errno);
  }

  FileDescriptor socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

class UdpNetworkTest : public testing::Test {
 protected:
  BatchPool pool_;
  test::CapturedLog log_;

  /// Runs `body` on a thread that has, as those it starts have, a network and mounts of its own; loopback is up.
  static void in_own_network(const std::function<void(Loopback&)>& body) {
    bool possible = false;
    std::thread([&] {
      possible = ::unshare(CLONE_NEWNET | CLONE_NEWNS) == 0 &&
                 ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
      if (!possible) return;
      Loopback loopback;
      loopback.up();
      body(loopback);
    }).join();
    if (!possible) GTEST_SKIP() << "needs the right to make a network namespace";
  }
  std::unique_ptr<Output> start(const SinkConfig& config) {
    auto output = make_output(config, log_.logger());
    output->start();
    return output;
  }
  void submit(Output& output, const std::vector<std::string>& lines) {
    output.submit(test::make_batch(pool_, lines), Producer::cannot_wait);
  }
  static void expect_error(Output& output, const char* name, std::uint64_t times) {
    EXPECT_TRUE(eventually([&] { return output.counts().errors[name] >= times; })) << name;
  }
  /// Stops the output. Returns: its last books.
  static OutputCounts stopped(Output& output) {
    output.stop(steady_clock::now() + 10s);
    const OutputCounts counts = output.counts();
    EXPECT_TRUE(counts.balanced());
    return counts;
  }
};

/// Returns: the IP fragments that the thread's network has made, of both versions.
std::uint64_t fragments_created() {
  std::ifstream v4("/proc/thread-self/net/snmp");
  std::string names, values, name, value;
  std::getline(v4, names);
  std::getline(v4, values);
  std::istringstream name_of(names), value_of(values);
  std::uint64_t created = 0;
  while (name_of >> name && value_of >> value) {
    if (name == "FragCreates") created += std::stoull(value);
  }
  std::ifstream v6("/proc/thread-self/net/snmp6");
  while (v6 >> name >> value) {
    if (name == "Ip6FragCreates") created += std::stoull(value);
  }
  return created;
}

struct Path {
  const char* name;
  const char* address;
  int mtu;
  std::size_t ipv6_mtu;
  std::size_t whole;  ///< largest message in one packet where larger ones are fragmented
  std::size_t limit;  ///< largest message where none is fragmented
};

class UdpPath : public UdpNetworkTest, public testing::WithParamInterface<Path> {
 protected:
  static SinkConfig config(std::uint16_t port, Fragment fragment) {
    SinkConfig config = test::loopback_config(Transport::udp, port);
    config.host = GetParam().address;
    config.udp.fragment = fragment;
    config.udp.ipv6_mtu = GetParam().ipv6_mtu;
    return config;
  }
};

// GG-09, GG-10: a message larger than the MTU leaves as one datagram in several IP fragments, and arrives whole.
TEST_P(UdpPath, LargeLinesAreFragmentedAndArriveWhole) {
  in_own_network([&](Loopback& loopback) {
    loopback.set_mtu(GetParam().mtu);
    DatagramReceiver receiver(GetParam().address);
    const auto output = start(config(receiver.port(), Fragment::allow));
    std::vector<std::string> lines;
    for (const std::size_t length : {GetParam().whole, GetParam().whole + 1, 8'000UL, 30'000UL, 65'000UL, 65'487UL}) {
      lines.push_back(test::numbered_line(length, length));
    }
    submit(*output, lines);
    for (const std::string& line : lines) ASSERT_TRUE(receiver.receive() == line) << line.size();
    const OutputCounts counts = stopped(*output);
    EXPECT_EQ(counts.delivered, lines.size());
    EXPECT_EQ(counts.fragmented, lines.size() - 1);
    EXPECT_EQ(counts.fragments, fragments_created());
    EXPECT_EQ(output->message_limit(), 0U);
  });
}

// GG-08
TEST_P(UdpPath, LinesKeepToThePathMtu) {
  in_own_network([&](Loopback& loopback) {
    loopback.set_mtu(GetParam().mtu);
    DatagramReceiver receiver(GetParam().address);
    const auto output = start(config(receiver.port(), Fragment::path_mtu));
    const std::string fits(GetParam().limit, 'x');
    submit(*output, {fits, fits + "x", "after"});
    EXPECT_EQ(receiver.receive(), fits);
    EXPECT_EQ(receiver.receive(), "after");
    EXPECT_EQ(output->message_limit(), GetParam().limit);
    loopback.set_mtu(1300);
    submit(*output, {"now the path is smaller"});
    EXPECT_EQ(receiver.receive(), "now the path is smaller");
    EXPECT_TRUE(eventually([&] { return output->message_limit() <= 1300 - 28; }));
    const OutputCounts counts = stopped(*output);
    EXPECT_EQ(counts.delivered, 3U);
    EXPECT_EQ(counts.fragmented, 0U);
    EXPECT_EQ(counts.dropped.at("oversize"), 1U);
    EXPECT_EQ(counts.errors.at("EMSGSIZE"), 1U);
    EXPECT_EQ(fragments_created(), 0U);
    EXPECT_EQ(output->message_limit(), 0U) << "the next driver may have no limit";
  });
}

INSTANTIATE_TEST_SUITE_P(Mtu, UdpPath,
                         testing::Values(Path{"Ipv4At1500", "127.0.0.1", 1500, 1280, 1472, 1472},
                                         Path{"Ipv4At1400", "127.0.0.1", 1400, 1280, 1372, 1372},
                                         Path{"Ipv6At1280", "::1", 1500, 1280, 1452, 1232},
                                         Path{"Ipv6AtThePath", "::1", 1500, 0, 1452, 1452}),
                         [](const auto& param) { return param.param.name; });

// GG-11
TEST_F(UdpNetworkTest, LineAboveThePathMtuGoesOverTcp) {
  in_own_network([&](Loopback& loopback) {
    loopback.set_mtu(1500);
    DatagramReceiver receiver;
    test::StreamReceiver stream(receiver.port());
    SinkConfig config = test::loopback_config(Transport::udp, receiver.port());
    config.udp.fragment = Fragment::path_mtu;
    config.udp.tcp_fallback = true;
    const auto output = start(config);
    const std::string too_long(1473, 'x');
    submit(*output, {"before", too_long, "after"});
    EXPECT_EQ(receiver.receive(), "before");
    EXPECT_EQ(receiver.receive(), "after");
    EXPECT_TRUE(eventually([&] { return stream.text() == too_long + "\n"; }));
    EXPECT_EQ(stopped(*output).delivered, 3U);
  });
}

// GG-10: loopback reorders and loses nothing, so that only the warning tells.
TEST_F(UdpNetworkTest, FragmentedDatagramsThatAreTooFastAreWarnedOf) {
  in_own_network([&](Loopback& loopback) {
    loopback.set_mtu(1500);
    DatagramReceiver receiver;
    SinkConfig config = test::loopback_config(Transport::udp, receiver.port());
    config.required = true;
    const auto output = start(config);
    const std::vector<std::string> lines(1024, std::string(1473, 'x'));
    for (int i = 0; i < 65; ++i) output->submit(test::make_batch(pool_, lines), Producer::can_wait);
    EXPECT_EQ(stopped(*output).fragmented, 65 * 1024U);
    EXPECT_THAT(log_.text(), HasSubstr("16-bit ids repeat within 30 s"));
  });
}

TEST_F(UdpNetworkTest, LinesWaitWhileThereIsNoRoute) {
  in_own_network([&](Loopback& loopback) {
    loopback.add("192.0.2.1");
    DatagramReceiver receiver("192.0.2.1");
    SinkConfig config = test::loopback_config(Transport::udp, receiver.port());
    config.host = "192.0.2.1";
    const auto output = start(config);
    submit(*output, {"first"});
    EXPECT_EQ(receiver.receive(), "first");
    loopback.remove_added();
    submit(*output, {"second", "third"});
    expect_error(*output, "ENETUNREACH", 3);
    EXPECT_EQ(output->counts().queued, 2U);
    EXPECT_FALSE(output->counts().connected);
    EXPECT_EQ(output->links().front().state, LinkState::waiting);
    EXPECT_THAT(output->links().front().error, HasSubstr("unreachable"));
    loopback.add("192.0.2.1");
    EXPECT_EQ(receiver.receive(), "second");
    EXPECT_EQ(receiver.receive(), "third");
    EXPECT_TRUE(eventually([&] { return output->links().front().state == LinkState::open; }));
    const OutputCounts counts = stopped(*output);
    EXPECT_EQ(counts.delivered, 3U);
    EXPECT_EQ(counts.connects, 2U);
    EXPECT_THAT(log_.text(), HasSubstr("no way to the receiver, lines wait output=test"));
    EXPECT_THAT(log_.text(), HasSubstr("sending again output=test"));
  });
}

TEST_F(UdpNetworkTest, StopDoesNotWaitForARoute) {
  in_own_network([&](Loopback& loopback) {
    loopback.add("192.0.2.1");
    SinkConfig config = test::loopback_config(Transport::udp, 514);
    config.host = "192.0.2.1";
    const auto output = start(config);
    EXPECT_TRUE(eventually([&] { return output->counts().connected; }));
    loopback.remove_added();
    submit(*output, {"line"});
    expect_error(*output, "ENETUNREACH", 1);
    const auto begin = steady_clock::now();
    output->stop(begin + 100ms);
    EXPECT_LT(steady_clock::now() - begin, 5s);
    EXPECT_EQ(output->counts().dropped.at("stopped"), 1U);
    EXPECT_TRUE(output->counts().balanced());
  });
}

TEST_F(UdpNetworkTest, LinesWaitWhileTheSourceAddressIsGone) {
  in_own_network([&](Loopback& loopback) {
    loopback.add("192.0.2.1");
    DatagramReceiver receiver;
    SinkConfig config = test::loopback_config(Transport::udp, receiver.port());
    config.source_address = "192.0.2.1";
    const auto output = start(config);
    submit(*output, {"first"});
    EXPECT_EQ(receiver.receive(), "first");
    loopback.remove_added();
    submit(*output, {"second"});
    expect_error(*output, "EADDRNOTAVAIL", 2);
    loopback.add("192.0.2.1");
    EXPECT_EQ(receiver.receive(), "second");
    EXPECT_EQ(stopped(*output).delivered, 2U);
    EXPECT_THAT(log_.text(), HasSubstr("cannot use source 192.0.2.1"));
  });
}

TEST_F(UdpNetworkTest, NameIsLookedUpAgainAndFollowed) {
  in_own_network([&](Loopback&) {
    const test::TemporaryDirectory directory;
    const auto write_hosts = [&](const char* text) { std::ofstream(directory.file("hosts")) << text << std::flush; };
    write_hosts("127.0.0.1 siem.test\n");
    if (::mount(directory.file("hosts").c_str(), "/etc/hosts", nullptr, MS_BIND, nullptr) != 0) {
      GTEST_SKIP() << "no /etc/hosts here";
    }
    DatagramReceiver here("127.0.0.1");
    DatagramReceiver there("127.0.0.2", here.port());
    SinkConfig config = test::loopback_config(Transport::udp, here.port());
    config.host = "siem.test";
    config.udp.resolve_interval = 20ms;
    const auto output = start(config);
    submit(*output, {"first"});
    EXPECT_EQ(here.receive(), "first");
    write_hosts("# the name is not known for a while\n");
    EXPECT_TRUE(eventually([&] { return !output->links().front().error.empty(); }));
    submit(*output, {"second"});
    EXPECT_EQ(here.receive(), "second") << "the old address is better than none";
    write_hosts("127.0.0.2 siem.test\n");
    EXPECT_TRUE(eventually([&] { return output->links().front().peer == "127.0.0.2"; }));
    submit(*output, {"third"});
    EXPECT_EQ(there.receive(), "third");
    EXPECT_EQ(stopped(*output).delivered, 3U);
    EXPECT_THAT(log_.text(), HasSubstr("address=127.0.0.2"));
  });
}

// A refusal makes it look for another address, long before the interval is over.
TEST_F(UdpNetworkTest, NameIsLookedUpAgainAfterRefusals) {
  in_own_network([&](Loopback&) {
    const test::TemporaryDirectory directory;
    const auto write_hosts = [&](const char* text) { std::ofstream(directory.file("hosts")) << text << std::flush; };
    write_hosts("127.0.0.1 siem.test\n");
    if (::mount(directory.file("hosts").c_str(), "/etc/hosts", nullptr, MS_BIND, nullptr) != 0) {
      GTEST_SKIP() << "no /etc/hosts here";
    }
    DatagramReceiver there("127.0.0.2");
    SinkConfig config = test::loopback_config(Transport::udp, there.port());
    config.host = "siem.test";
    const auto output = start(config);
    EXPECT_TRUE(eventually([&] { return output->counts().connected; }));
    write_hosts("127.0.0.2 siem.test\n");
    EXPECT_TRUE(eventually([&] {
      submit(*output, {"line", "line", "line"});
      return output->links().front().peer == "127.0.0.2";
    }));
    submit(*output, {"line"});
    EXPECT_EQ(there.receive(), "line");
    stopped(*output);
  });
}

}  // namespace
}  // namespace flowcef
