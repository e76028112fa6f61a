#include "flowcef/source/tap_source.hpp"

#include <gmock/gmock.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "flowcef/core/file_descriptor.hpp"
#include "udp_test_support.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::int64_t now_ns() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// The loopback interface of the network that the thread is in.
void set_loopback(bool up) {
  const FileDescriptor any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = up ? IFF_UP : 0;
  if (::ioctl(any.get(), SIOCSIFFLAGS, &request) != 0) throw std::runtime_error("lo: cannot be set");
}

class TapSourceTest : public testing::Test {
 protected:
  /// Runs it in a network of its own, whose one interface is down.
  static void in_own_network(const std::function<void()>& run) {
    bool allowed = false;
    std::thread([&] {
      allowed = ::unshare(CLONE_NEWNET) == 0;
      if (allowed) run();
    }).join();
    if (!allowed) GTEST_SKIP() << "no network may be made";
  }

  TapSource& open(const std::string& interface) {
    source_ = std::make_unique<TapSource>(
        context_, TapConfig{.interface = interface, .ports = {kPort}, .receive_buffer_bytes = kRing}, log_.logger(),
        TapHandlers{[this](const Datagram& datagram) {
                      payloads_.emplace_back(datagram.payload.begin(), datagram.payload.end());
                    },
                    [] {}});
    return *source_;
  }

  template <class Condition>
  bool run_until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + kDeadline;
    while (!condition() && std::chrono::steady_clock::now() < end) context_.run_one_until(end);
    return condition();
  }

  static constexpr std::uint16_t kPort = 2055;
  static constexpr std::size_t kRing = std::size_t{8} << 20;
  const Endpoint here_ = endpoint("127.0.0.1:2055");
  CapturedLog log_;
  boost::asio::io_context context_;
  std::unique_ptr<TapSource> source_;
  std::vector<std::string> payloads_;
};

// PX-10: an interface that is down, or not there yet, is waited for.
TEST_F(TapSourceTest, OpensWhenTheInterfaceComesUp) {
  in_own_network([this] {
    open("lo").start();
    EXPECT_THAT(log_.text(), HasSubstr("cannot tap lo: the interface is down (ip link set lo up); tried again"));
    EXPECT_THAT(log_.text(), Not(HasSubstr("tapping lo")));
    set_loopback(true);
    ASSERT_TRUE(run_until([this] { return log_.text().find("tap goes on: interface=lo") != std::string::npos; }));
    Sender(endpoint("127.0.0.1:0")).send("come", here_);
    EXPECT_TRUE(run_until([this] { return !payloads_.empty(); }));
    EXPECT_THAT(payloads_, ElementsAre("come"));
    EXPECT_EQ(source_->counts().interruptions.value(), 0U);
  });
}

TEST_F(TapSourceTest, TellsOnceWhichInterfacesThereAre) {
  in_own_network([this] {
    open("none7").start();
    const std::string told = log_.text();
    EXPECT_THAT(told, HasSubstr(" warning "));
    EXPECT_THAT(told, HasSubstr("cannot tap none7: no such interface (there are lo or any); tried again every 3 s"));
    ASSERT_EQ(context_.run_one(), 1U) << "one more try";
    EXPECT_EQ(log_.text(), told);
  });
}

// On loopback all goes out and comes in: the ring has room for one of the two.
TEST_F(TapSourceTest, WhatGoesOutTakesNoRoom) {
  in_own_network([this] {
    set_loopback(true);
    open("lo").start();
    const Sender sender(endpoint("127.0.0.1:0"));
    const std::string payload(1'400, 'x');
    constexpr std::size_t kSent = kRing * 6 / 10 / 1'400;
    for (std::size_t i = 0; i < kSent; ++i) sender.send(payload, here_);
    EXPECT_TRUE(run_until([this] { return payloads_.size() == kSent || source_->counts().kernel_drops.value() != 0; }));
    EXPECT_EQ(source_->counts().kernel_drops.value(), 0U);
  });
}

// PX-15: a start leaves out what came before, also where the clock is set back right after it.
TEST_F(TapSourceTest, IsNotSilencedByAClockThatIsSetBack) {
  in_own_network([this] {
    set_loopback(true);
    open("lo").start(now_ns() + 3'600'000'000'000);
    const Sender sender(endpoint("127.0.0.1:0"));
    sender.send("before", here_);
    const auto end = std::chrono::steady_clock::now() + kDeadline;
    while (payloads_.empty() && std::chrono::steady_clock::now() < end) {
      context_.run_one_for(std::chrono::milliseconds(50));
      sender.send("after", here_);
    }
    EXPECT_THAT(payloads_, testing::Contains("after"));
    EXPECT_THAT(payloads_, Not(testing::Contains("before")));
  });
}

}  // namespace
}  // namespace flowcef::test
