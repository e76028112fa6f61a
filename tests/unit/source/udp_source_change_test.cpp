#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <string>
#include <thread>
#include <vector>

#include "udp_source_fixture.hpp"

namespace flowcef::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ChangingSource : public Source {
 protected:
  UdpSocket open_socket(const Endpoint& address) {
    return std::move(open_udp_sockets(listen_on({address}), 1, log_.logger())[0][0]);
  }

  [[nodiscard]] Endpoint listener(std::size_t index) const { return source_->local_endpoints().at(index); }

  [[nodiscard]] std::size_t seen_at(const Endpoint& at) const {
    return static_cast<std::size_t>(std::ranges::count(seen_, at, &Seen::listener));
  }

  const Endpoint first_ = endpoint("127.0.0.1:0");
  const Endpoint second_ = endpoint("127.0.0.2:0");
};

/// Sends numbers, at most kAhead before the receiver has taken the first of them.
class NumberSender {
 public:
  explicit NumberSender(const Endpoint& to) : thread_([this, to](const std::stop_token& stop) { run(to, stop); }) {}

  void acknowledge(std::size_t seen) { seen_ = seen; }
  /// Returns: how many were sent.
  std::size_t finish() {
    thread_.request_stop();
    thread_.join();
    return sent_;
  }

 private:
  static constexpr std::size_t kAhead = 200;

  void run(const Endpoint& to, const std::stop_token& stop) {
    const Sender sender(endpoint("127.0.0.1:0"));
    while (!stop.stop_requested()) {
      if (sent_ >= seen_ + kAhead) {
        std::this_thread::yield();
        continue;
      }
      sender.send(std::to_string(sent_), to);
      ++sent_;
    }
  }

  std::atomic<std::size_t> seen_{0};
  std::atomic<std::size_t> sent_{0};
  std::jthread thread_;
};

// PX-15
TEST_F(ChangingSource, AddressThatStaysLosesNothingWhileOthersComeAndGo) {
  open(listen_on({first_}));
  const Endpoint stays = listener(0);
  NumberSender numbers(stays);
  const Sender other(endpoint("127.0.0.1:0"));
  on_datagram_ = [&] { numbers.acknowledge(seen_at(stays)); };
  constexpr std::size_t kChanges = 50;
  for (std::size_t i = 0; i < kChanges; ++i) {
    const std::size_t before = seen_.size();
    source_->add(open_socket(second_));
    const Endpoint comes = listener(1);
    other.send("comes", comes);
    ASSERT_TRUE(run_until([&] { return seen_at(comes) == 1 && seen_.size() >= before + 100; }));
    other.send("goes", comes);
    source_->remove(second_);
    EXPECT_EQ(seen_at(comes), 2U);
    EXPECT_THAT(source_->local_endpoints(), ElementsAre(stays));
    std::erase_if(seen_, [&](const Seen& seen) { return seen.listener == comes; });
  }
  const std::size_t sent = numbers.finish();
  ASSERT_TRUE(run_until([&] { return seen_.size() >= sent; }));
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < sent; ++i) expected.push_back(std::to_string(i));
  EXPECT_EQ(payloads(), expected);
  EXPECT_EQ(source_->counts().datagrams.value(), sent + 2 * kChanges) << "one count over all changes";
  EXPECT_EQ(source_->counts().kernel_drops.value(), 0U);
}

// PX-15
TEST_F(ChangingSource, RemovedAddressHandsOnWhatIsQueuedAndIsFree) {
  open(listen_on({first_, second_}));
  if (!log_.text().empty()) GTEST_SKIP() << "no room to queue so many: " << log_.text();
  const Endpoint goes = listener(1);
  const Sender sender(endpoint("127.0.0.1:0"));
  for (int i = 0; i < 2000; ++i) sender.send("x", goes);
  ASSERT_TRUE(run_until([&] { return !seen_.empty(); }));
  EXPECT_LT(seen_.size(), 2000U) << "it has had a turn and waits for the next";
  source_->remove(second_);
  EXPECT_EQ(seen_.size(), 2000U);
  EXPECT_EQ(idle_, 0);
  ASSERT_TRUE(run_until([&] { return idle_ > 0; }));
  EXPECT_EQ(open_socket(goes).local(), goes);
  sender.send("stays", listener(0));
  ASSERT_TRUE(run_until([&] { return idle_ > 1; }));
  EXPECT_EQ(seen_.back().payload, "stays");
}

TEST_F(ChangingSource, AddressThatIsNotThereIsNotRemoved) {
  open(listen_on({first_}));
  const auto before = source_->local_endpoints();
  source_->remove(second_);
  EXPECT_EQ(source_->local_endpoints(), before);
}

TEST_F(ChangingSource, WhatCameBeforeAddIsRead) {
  open(listen_on({first_}));
  UdpSocket socket = open_socket(second_);
  const Sender sender(endpoint("127.0.0.1:0"));
  sender.send("early", socket.local());
  source_->add(std::move(socket));
  ASSERT_TRUE(run_until([&] { return idle_ > 0; }));
  EXPECT_THAT(payloads(), ElementsAre("early"));
}

TEST_F(ChangingSource, AddBeforeStartIsReadFromStart) {
  UdpSource source(context_, {}, log_.logger(), {[this](const Datagram& datagram) { take(datagram); }, [] {}});
  source.add(open_socket(first_));
  Sender(endpoint("127.0.0.1:0")).send("early", source.local_endpoints().at(0));
  context_.poll();
  EXPECT_THAT(payloads(), ElementsAre());
  context_.restart();
  source.start();
  ASSERT_TRUE(run_until([&] { return !seen_.empty(); }));
  EXPECT_THAT(payloads(), ElementsAre("early"));
}

// PX-15
TEST_F(ChangingSource, ReceiveBufferGrowsWhileItRuns) {
  UdpSourceConfig config = listen_on({first_, second_});
  config.receive_buffer_bytes = 20'000;
  open(config);
  source_->set_receive_buffer(4'000'000);
  if (!log_.text().empty()) GTEST_SKIP() << "no room to queue so many: " << log_.text();
  const Sender sender(endpoint("127.0.0.1:0"));
  const std::string payload(1000, 'x');
  for (int i = 0; i < 500; ++i) sender.send(payload, listener(0));
  for (int i = 0; i < 500; ++i) sender.send(payload, listener(1));
  ASSERT_TRUE(run_until([&] { return idle_ > 0; }));
  EXPECT_EQ(seen_.size(), 1000U);
  EXPECT_EQ(source_->counts().kernel_drops.value(), 0U);
}

TEST_F(ChangingSource, ReceiveBufferThatIsCappedIsWarnedOfWhereAsked) {
  open(listen_on({first_}));
  const std::string before = log_.text();
  source_->set_receive_buffer(std::size_t{1} << 40, false);
  EXPECT_EQ(log_.text(), before);
  source_->set_receive_buffer(std::size_t{1} << 40);
  EXPECT_THAT(log_.text().substr(before.size()), HasSubstr("sysctl -w net.core.rmem_max=1099511627776"));
}

// PX-15: an input may be taken away while others go on.
TEST_F(ChangingSource, StopsAndGoesWithinAPostedHandlerWhileAnotherGoesOn) {
  open(listen_on({first_}));
  std::vector<std::string> of_other;
  int idle_of_other = 0;
  auto other = std::make_unique<UdpSource>(
      context_, std::move(open_udp_sockets(listen_on({second_}), 1, log_.logger())[0]), log_.logger(),
      UdpSourceHandlers{
          [&](const Datagram& datagram) { of_other.emplace_back(datagram.payload.begin(), datagram.payload.end()); },
          [&] { ++idle_of_other; }});
  other->start();
  const Sender sender(endpoint("127.0.0.1:0"));
  sender.send("first", other->local_endpoints()[0]);
  ASSERT_TRUE(run_until([&] { return !of_other.empty(); }));
  sender.send("last", other->local_endpoints()[0]);
  sender.send("stays", listener(0));
  boost::asio::post(context_, [&] {
    other->stop();
    other.reset();
  });
  ASSERT_TRUE(run_until([&] { return other == nullptr && idle_ > 0; }));
  sender.send("goes on", listener(0));
  ASSERT_TRUE(run_until([&] { return seen_.size() == 2; }));
  EXPECT_THAT(of_other, ElementsAre("first", "last"));
  EXPECT_GE(idle_of_other, 1);
  EXPECT_THAT(payloads(), ElementsAre("stays", "goes on"));
}

}  // namespace
}  // namespace flowcef::test
