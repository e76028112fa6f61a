#include <gtest/gtest.h>
#include <sys/socket.h>

#include "flowcef/sink/output.hpp"
#include "support/sink_support.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::eventually;
using test::StreamReceiver;
using testing::HasSubstr;
using testing::Not;

class StreamSinkTest : public testing::Test {
 protected:
  BatchPool pool_;
  test::CapturedLog log_;
  std::string expected_;
  std::size_t next_number_ = 0;

  /// Submits batches of numbered lines and adds their bytes to expected_.
  void submit(Output& output, std::size_t batches, std::size_t lines, std::size_t length,
              Framing framing = Framing::newline) {
    for (std::size_t b = 0; b < batches; ++b) {
      std::vector<std::string> texts;
      for (std::size_t i = 0; i < lines; ++i) texts.push_back(test::numbered_line(next_number_++, length));
      const BatchRef batch = test::make_batch(pool_, texts, framing);
      expected_ += batch->bytes();
      output.submit(batch, Producer::cannot_wait);
    }
  }
  [[nodiscard]] Logger logger() const { return log_.logger(); }
};

TEST_F(StreamSinkTest, ReceiverGetsEveryByteInOrder) {
  StreamReceiver receiver;
  const auto output = make_output(test::loopback_config(Transport::tcp, receiver.port()), logger());
  output->start();
  submit(*output, 50, 300, 200);
  submit(*output, 1, 3, 500'000);
  submit(*output, 1, 10, 100, Framing::octet_counting);
  output->stop(steady_clock::now() + 10s);
  EXPECT_TRUE(eventually([&] { return receiver.text().size() == expected_.size(); }));
  EXPECT_TRUE(receiver.text() == expected_);
  EXPECT_TRUE(eventually([&] { return receiver.orderly_ends() == 1; }));

  const OutputCounts counts = output->counts();
  EXPECT_EQ(counts.submitted, 15'013U);
  EXPECT_EQ(counts.delivered, 15'013U);
  EXPECT_EQ(counts.bytes, expected_.size());
  EXPECT_EQ(counts.connects, 1U);
  EXPECT_EQ(counts.queued, 0U);
  EXPECT_TRUE(counts.balanced());
}

TEST_F(StreamSinkTest, ConnectsBeforeThereIsAnythingToSend) {
  StreamReceiver receiver;
  const auto output = make_output(test::loopback_config(Transport::tcp, receiver.port()), logger());
  output->start();
  EXPECT_TRUE(eventually([&] { return output->counts().connected; }));
  output->stop(steady_clock::now() + 10s);
  EXPECT_FALSE(output->counts().connected);
  EXPECT_THAT(log_.text(), HasSubstr("connected output=test"));
}

TEST_F(StreamSinkTest, HostNamesAreResolved) {
  if (!test::localhost_resolves()) GTEST_SKIP() << "localhost has no address here";
  StreamReceiver receiver;
  SinkConfig config = test::loopback_config(Transport::tcp, receiver.port());
  config.host = "localhost";  // ::1 as well, where nobody listens
  const auto output = make_output(config, logger());
  output->start();
  submit(*output, 1, 10, 100);
  EXPECT_TRUE(eventually([&] { return receiver.text() == expected_; }));
  output->stop(steady_clock::now() + 10s);
  EXPECT_EQ(output->counts().delivered, 10U);
}

TEST_F(StreamSinkTest, LinesWaitForAReceiverThatIsNotThereYet) {
  auto probe = std::make_unique<StreamReceiver>();
  const std::uint16_t port = probe->port();
  probe.reset();
  const auto output = make_output(test::loopback_config(Transport::tcp, port), logger());
  output->start();
  submit(*output, 3, 10, 100);
  EXPECT_TRUE(eventually([&] { return output->counts().errors["ECONNREFUSED"] >= 3; }));
  EXPECT_EQ(output->counts().queued, 30U);

  StreamReceiver receiver(port);
  EXPECT_TRUE(eventually([&] { return receiver.text() == expected_; }));
  output->stop(steady_clock::now() + 10s);
  EXPECT_EQ(output->counts().delivered, 30U);
  EXPECT_TRUE(output->counts().balanced());
}

TEST_F(StreamSinkTest, IdleConnectionThatDiesIsNoticedAtOnce) {
  auto first = std::make_unique<StreamReceiver>();
  const std::uint16_t port = first->port();
  const auto output = make_output(test::loopback_config(Transport::tcp, port), logger());
  output->start();
  submit(*output, 1, 5, 100);
  EXPECT_TRUE(eventually([&] { return first->text() == expected_; }));
  first.reset();
  EXPECT_TRUE(eventually([&] { return !output->counts().connected; })) << "without a line being sent";

  StreamReceiver second(port);
  submit(*output, 1, 5, 100);
  EXPECT_TRUE(eventually([&] { return second.text() == expected_; })) << "the first may have died without reading";
  output->stop(steady_clock::now() + 10s);
  EXPECT_EQ(output->counts().delivered, 10U);
  EXPECT_EQ(output->counts().repeated, 5U);
  EXPECT_EQ(output->counts().connects, 2U);
  EXPECT_THAT(log_.text(), HasSubstr("lost connection output=test"));
}

class StreamSinkLoss : public StreamSinkTest, public testing::WithParamInterface<Transport> {};

TEST_P(StreamSinkLoss, ReceiverThatComesBackGetsTheCutLineWholeAndAllThatFollow) {
  const test::Certificates certificates;
  const auto tls = GetParam() == Transport::tls ? test::server_context(certificates) : nullptr;
  // It reads little, so that the connection is full and the sender stands in the middle of a line when it dies.
  auto first = std::make_unique<StreamReceiver>(0, tls, 1000);
  const std::uint16_t port = first->port();
  SinkConfig config = test::loopback_config(GetParam(), port);
  config.tls.ca = certificates.file("ca.pem");
  const auto output = make_output(config, logger());
  output->start();

  static constexpr std::size_t kLines = 400;
  static constexpr std::size_t kLength = 60'000;
  submit(*output, kLines, 1, kLength);
  std::uint64_t before = 0;
  EXPECT_TRUE(eventually([&] {  // until it makes no more progress
    const std::uint64_t now = output->counts().delivered;
    const bool stands = now > 0 && now == before;
    before = now;
    std::this_thread::sleep_for(20ms);
    return stands;
  }));
  ASSERT_LT(before, kLines);
  first->die();
  StreamReceiver second(port, tls);
  const std::size_t frame = kLength + 1;
  EXPECT_TRUE(eventually([&] { return second.text().size() >= (kLines - before) * frame; }));
  output->stop(steady_clock::now() + 10s);

  const std::string text = second.text();
  const OutputCounts counts = output->counts();
  ASSERT_EQ(text.size() % frame, 0U) << "only whole lines";
  const std::size_t again = text.size() / frame;
  EXPECT_TRUE(text == expected_.substr(expected_.size() - text.size())) << "the last lines, none left out";
  EXPECT_GE(again, kLines - before);
  EXPECT_EQ(counts.delivered, kLines);
  EXPECT_EQ(counts.connects, 2U);
  EXPECT_TRUE(counts.balanced());
}

INSTANTIATE_TEST_SUITE_P(Both, StreamSinkLoss, testing::Values(Transport::tcp, Transport::tls),
                         [](const auto& param) { return param.param == Transport::tcp ? "Tcp" : "Tls"; });

// A closed window that is answered for is no dead peer, though Linux takes it for one after TCP_USER_TIMEOUT.
TEST_F(StreamSinkTest, ReceiverThatStopsReadingIsWaitedFor) {
  StreamReceiver receiver(0, nullptr, 1000);
  SinkConfig config = test::loopback_config(Transport::tcp, receiver.port());
  config.peer_timeout = 300ms;
  const auto output = make_output(config, logger());
  output->start();
  submit(*output, 400, 1, 60'000);
  EXPECT_TRUE(eventually([&] { return output->links().front().state == LinkState::stalled; }));
  std::this_thread::sleep_for(4 * config.peer_timeout);
  EXPECT_EQ(output->links().front().state, LinkState::stalled);
  EXPECT_EQ(output->counts().connects, 1U);
  output->stop(steady_clock::now());
  EXPECT_THAT(log_.text(), Not(HasSubstr("lost connection")));
  EXPECT_TRUE(output->counts().balanced());
}

TEST_F(StreamSinkTest, StopKeepsItsDeadlineAndCountsWhatIsLeft) {
  StreamReceiver receiver(0, nullptr, 1000);
  const auto output = make_output(test::loopback_config(Transport::tcp, receiver.port()), logger());
  output->start();
  submit(*output, 400, 1, 60'000);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered > 0; }));
  const auto begin = steady_clock::now();
  output->stop(begin + 200ms);
  EXPECT_LT(steady_clock::now() - begin, 5s);

  const OutputCounts counts = output->counts();
  EXPECT_EQ(counts.submitted, 400U);
  EXPECT_EQ(counts.queued, 0U);
  EXPECT_GT(counts.dropped.at("stopped"), 0U);
  EXPECT_TRUE(counts.balanced());
  submit(*output, 1, 7, 100);
  EXPECT_EQ(output->counts().submitted, 407U);
  EXPECT_TRUE(output->counts().balanced());
}

TEST_F(StreamSinkTest, StopWithoutAReceiverOrAStartLosesNothingUncounted) {
  for (const bool started : {false, true}) {
    SinkConfig config = test::loopback_config(Transport::tcp, 1);
    const auto output = make_output(config, logger());
    if (started) output->start();
    submit(*output, 2, 10, 100);
    output->stop(steady_clock::now() + 50ms);
    EXPECT_EQ(output->counts().dropped.at("stopped"), 20U);
    EXPECT_TRUE(output->counts().balanced());
  }
}

TEST_F(StreamSinkTest, FullQueueIsCountedWhileTheReceiverIsAway) {
  SinkConfig config = test::loopback_config(Transport::tcp, 1);
  config.queue_bytes = 50 * (100 + sizeof(LineRef));
  const auto output = make_output(config, logger());
  output->start();
  submit(*output, 20, 10, 99);
  EXPECT_EQ(output->counts().queued, 50U);
  EXPECT_EQ(output->counts().dropped.at("queue_full"), 150U);
  output->stop(steady_clock::now());
  EXPECT_TRUE(output->counts().balanced());
  EXPECT_THAT(log_.text(), HasSubstr("lines lost output=test reason=queue_full lines=10"));
}

TEST_F(StreamSinkTest, UnknownNameIsTriedAgainAndDoesNotHoldUpTheStop) {
  SinkConfig config = test::loopback_config(Transport::tcp, 1);
  config.host = "no-such-host.invalid";
  const auto output = make_output(config, logger());
  output->start();
  submit(*output, 1, 10, 100);
  const auto begin = steady_clock::now();
  output->stop(begin + 100ms);
  EXPECT_LT(steady_clock::now() - begin, 5s);
  EXPECT_EQ(output->counts().dropped.at("stopped"), 10U);
}

TEST_F(StreamSinkTest, HostAndPortAreNeeded) {
  for (const Transport transport : {Transport::udp, Transport::tcp, Transport::tls}) {
    EXPECT_THROW(static_cast<void>(make_output(test::loopback_config(transport, 0), logger())), std::runtime_error);
  }
}

}  // namespace
}  // namespace flowcef
