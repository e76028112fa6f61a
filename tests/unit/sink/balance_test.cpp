// PX-12: receivers that share the lines of one output, over real sockets: what one of them does not take, another gets.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <thread>

#include "flowcef/sink/line_supply.hpp"
#include "flowcef/sink/output.hpp"
#include "flowcef/sink/output_driver.hpp"
#include "support/sink_support.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::eventually;
using test::StreamReceiver;

constexpr std::size_t kLength = 60'000;

class Balance : public testing::Test {
 protected:
  BatchPool pool_;
  test::CapturedLog log_;
  std::size_t submitted_ = 0;

  static SinkConfig config(const std::vector<std::uint16_t>& ports) {
    SinkConfig config = test::loopback_config(Transport::tcp, ports.front());
    for (std::size_t i = 1; i < ports.size(); ++i) config.more_receivers.push_back({"127.0.0.1", ports[i]});
    config.distribution = Distribution::balance;
    config.backoff_min = config.backoff_max = 60s;
    config.peer_timeout = 60s;
    return config;
  }
  std::unique_ptr<Output> start(const std::vector<std::uint16_t>& ports) {
    auto output = make_output(config(ports), log_.logger());
    output->start();
    return output;
  }
  BatchRef batch() { return test::make_batch(pool_, {test::numbered_line(submitted_++, kLength)}); }
  void submit(Output& output, std::size_t batches) {
    for (std::size_t i = 0; i < batches; ++i) output.submit(batch(), Producer::cannot_wait);
  }
  static bool is_stalled(const Output& output) { return output.links().front().state == LinkState::stalled; }
  /// The first receiver has as much as it takes, and its lane some lines that it does not.
  void stall_first(Output& output) {
    EXPECT_TRUE(eventually([&] { return output.counts().connects == 2; }));
    EXPECT_TRUE(eventually([&] {
      if (output.counts().queued < 10) submit(output, 1);
      return is_stalled(output);
    }));
  }
  /// Returns: how long it took.
  std::chrono::nanoseconds stop(Output& output, std::chrono::milliseconds time) {
    const auto begin = steady_clock::now();
    output.stop(begin + time);
    EXPECT_TRUE(output.counts().balanced());
    EXPECT_EQ(output.counts().delivered, submitted_);
    EXPECT_EQ(output.counts().dropped.at("stopped"), 0U);
    return steady_clock::now() - begin;
  }
};

TEST_F(Balance, LaneTakesNothingMoreThanItsReceiver) {
  StreamReceiver receiver(0, nullptr, 1000);
  const SinkConfig settings = config({receiver.port()});
  OutputBooks books;
  LineSupply supply(settings, Framing::newline, books, [] {}, log_.logger());
  OutputFeed feed(supply);
  const auto driver = make_stream_sink(settings, feed, log_.logger());
  for (int i = 0; i < 500; ++i) (void)supply.queue().submit(batch(), Producer::cannot_wait);
  std::thread lane([&] { driver->run(); });
  EXPECT_TRUE(eventually([&] { return feed.notes().status().state == LinkState::stalled; }));
  for (int i = 0; i < 100; ++i) driver->wake();
  driver->stop(steady_clock::now());
  lane.join();
  const std::vector<Parcel> in_hand = feed.take_all();
  EXPECT_GT(in_hand.size(), 1U);
  EXPECT_LE(std::ranges::count(in_hand, std::size_t{0}, &Parcel::written), 1) << "the others are for other lanes";
  supply.close();
  supply.put_away(in_hand);
}

TEST_F(Balance, StopLetsTheOthersHaveWhatAStalledReceiverDoesNotTake) {
  StreamReceiver first(0, nullptr, 1000);
  StreamReceiver second;
  const auto output = start({first.port(), second.port()});
  stall_first(*output);
  EXPECT_LT(stop(*output, 4s), 4s);
}

TEST_F(Balance, StopWaitsForNoReceiverOnceAllIsDelivered) {
  const std::uint16_t nobody = StreamReceiver().port();
  StreamReceiver second;
  const auto output = start({nobody, second.port()});
  EXPECT_TRUE(
      eventually([&] { return output->counts().connected && output->links().front().state == LinkState::waiting; }));
  submit(*output, 300);
  EXPECT_LT(stop(*output, 10s), 5s);
}

TEST_F(Balance, WhatIsKeptForAllReceiversLeavesRoomInTheQueue) {
  std::array<StreamReceiver, 4> receivers;
  SinkConfig settings = config({receivers[0].port(), receivers[1].port(), receivers[2].port(), receivers[3].port()});
  settings.queue_bytes = std::size_t{2} << 20;
  const auto output = make_output(settings, log_.logger());
  output->start();
  EXPECT_TRUE(eventually([&] { return output->counts().connects == receivers.size(); }));
  for (int i = 0; i < 80; ++i) {
    submit(*output, 4);  // at once, as receivers that all read take it
    ASSERT_TRUE(eventually([&] { return output->counts().queued == 0; }));
  }
  EXPECT_EQ(output->counts().dropped.at("queue_full"), 0U);
  stop(*output, 10s);
}

struct Change {
  std::vector<std::size_t> receivers;  ///< which, in which order
  Distribution distribution;
};

class ReceiversChange : public Balance, public testing::WithParamInterface<bool> {
 protected:
  test::TemporaryDirectory folder_;
};

// PX-12: the bridge takes another list while lines flow; the third receiver is not there.
TEST_P(ReceiversChange, CostsNoLine) {
  using enum Distribution;
  static const std::array kChanges = {Change{{0, 1}, failover}, Change{{2, 1, 0}, failover}, Change{{0, 1, 2}, balance},
                                      Change{{1}, failover},    Change{{2, 0}, balance},     Change{{2, 0}, failover},
                                      Change{{1, 0}, balance},  Change{{2}, failover},       Change{{0}, failover}};
  std::array<StreamReceiver, 2> receivers;
  const std::array ports = {receivers[0].port(), receivers[1].port(), StreamReceiver().port()};
  const auto settings = [&](const Change& change) {
    std::vector<std::uint16_t> listed;
    for (const std::size_t receiver : change.receivers) listed.push_back(ports.at(receiver));
    SinkConfig config = Balance::config(listed);
    config.distribution = change.distribution;
    config.failback_after = 100ms;
    if (GetParam()) config.spool = SpoolConfig{.dir = folder_.file("spool")};
    return config;
  };
  const auto output = make_output(settings(kChanges.front()), log_.logger());
  output->start();
  for (const Change& change : kChanges) {
    output->adopt(settings(change), output->prepare(settings(change)));
    EXPECT_EQ(output->links().size(), change.distribution == balance ? change.receivers.size() : 1U);
    const std::uint64_t delivered = output->counts().delivered;
    submit(*output, 50);
    const bool nobody = change.receivers == std::vector<std::size_t>{2};
    EXPECT_TRUE(nobody || eventually([&] { return output->counts().delivered > delivered; }));
    submit(*output, 20);
  }
  EXPECT_TRUE(eventually([&] { return output->counts().delivered == submitted_; }));
  stop(*output, 10s);
  std::set<std::string> lines;
  for (const StreamReceiver& receiver : receivers) {
    std::istringstream text(receiver.text());
    for (std::string line; std::getline(text, line);) {
      if (line.size() == kLength) lines.insert(line);
    }
  }
  EXPECT_EQ(lines.size(), submitted_);
}

INSTANTIATE_TEST_SUITE_P(Both, ReceiversChange, testing::Bool(),
                         [](const auto& param) { return param.param ? "WithASpool" : "WithoutASpool"; });

}  // namespace
}  // namespace flowcef
