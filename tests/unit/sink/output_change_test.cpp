// PX-15: an output's settings change while it runs; its queue, its books and every line stay.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <semaphore>
#include <sstream>
#include <utility>

#include "flowcef/sink/output.hpp"
#include "support/sink_support.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::eventually;
using test::StreamReceiver;
using testing::HasSubstr;

/// How often each line came, and how many came cut: the last of a connection that ended within it.
struct Arrivals {
  std::map<std::string, int> times;
  std::size_t cut = 0;

  void add(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (lines.eof()) {
        ++cut;
      } else {
        ++times[line];
      }
    }
  }
  void add(const StreamReceiver& receiver) {
    for (const std::string& connection : receiver.connections()) add(connection);
  }
  /// Returns: lines that came more than once.
  [[nodiscard]] std::size_t repeated() const {
    return static_cast<std::size_t>(std::ranges::count_if(times, [](const auto& line) { return line.second > 1; }));
  }
};

/// What a line of 99 bytes takes in the queue.
constexpr std::size_t kQueuedLine = 100 + sizeof(LineRef);

class OutputChangeTest : public testing::Test {
 protected:
  BatchPool pool_;
  test::CapturedLog log_;
  std::size_t next_number_ = 0;

  /// Made for the tests that need them, as it takes a while.
  const test::Certificates& certificates() {
    if (!certificates_) certificates_.emplace();
    return *certificates_;
  }
  std::shared_ptr<ssl_ctx_st> server_side(Transport transport) {
    return transport == Transport::tls ? test::server_context(certificates()) : nullptr;
  }
  SinkConfig config(const StreamReceiver& receiver, Transport transport = Transport::tcp) {
    SinkConfig config = test::loopback_config(transport, receiver.port());
    if (transport == Transport::tls) config.tls.ca = certificates().file("ca.pem");
    return config;
  }
  static SinkConfig nobody_there() { return test::loopback_config(Transport::tcp, 1); }

  std::unique_ptr<Output> start(const SinkConfig& config) {
    auto output = make_output(config, log_.logger());
    output->start();
    return output;
  }
  BatchRef batch(std::size_t lines, std::size_t length) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < lines; ++i) texts.push_back(test::numbered_line(next_number_++, length));
    return test::make_batch(pool_, texts);
  }
  void submit(Output& output, std::size_t batches, std::size_t lines, std::size_t length,
              Producer producer = Producer::cannot_wait) {
    for (std::size_t b = 0; b < batches; ++b) output.submit(batch(lines, length), producer);
  }
  static void change(Output& output, const SinkConfig& wanted) { output.adopt(wanted, output.prepare(wanted)); }
  static void expect_all_delivered(const Output& output, std::size_t lines) {
    const OutputCounts counts = output.counts();
    EXPECT_EQ(counts.submitted, lines);
    EXPECT_EQ(counts.delivered, lines);
    EXPECT_EQ(counts.queued, 0U);
    EXPECT_EQ(counts.dropped_lines(), 0U);
  }

 private:
  std::optional<test::Certificates> certificates_;
};

struct Move {
  const char* name;
  Transport from, to;
};

class OutputMove : public OutputChangeTest, public testing::WithParamInterface<Move> {};

TEST_P(OutputMove, EveryLineComesOnceHereOrThere) {
  StreamReceiver here(0, server_side(GetParam().from));
  StreamReceiver there(0, server_side(GetParam().to));
  const auto output = start(config(here, GetParam().from));
  submit(*output, 50, 200, 300);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered > 0; }));
  change(*output, config(there, GetParam().to));
  submit(*output, 50, 200, 300);
  output->stop(steady_clock::now() + 10s);
  expect_all_delivered(*output, next_number_);
  EXPECT_EQ(output->counts().connects, 2U);

  const auto arrivals = [&] {
    Arrivals all;
    all.add(here);
    all.add(there);
    return all;
  };
  EXPECT_TRUE(eventually([&] { return arrivals().times.size() == next_number_; }));
  EXPECT_EQ(arrivals().repeated(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Transports, OutputMove,
                         testing::Values(Move{"TcpToTcp", Transport::tcp, Transport::tcp},
                                         Move{"TcpToTls", Transport::tcp, Transport::tls},
                                         Move{"TlsToTcp", Transport::tls, Transport::tcp}),
                         [](const auto& param) { return param.param.name; });

// PX-12, PX-15
TEST_F(OutputChangeTest, MoreAndFewerConnectionsLoseNothing) {
  StreamReceiver receiver;
  SinkConfig settings = config(receiver);
  const auto output = start(settings);
  submit(*output, 20, 100, 300);
  for (const std::size_t connections : {4U, 2U, 3U, 1U}) {
    settings.connections = connections;
    change(*output, settings);
    EXPECT_TRUE(eventually([&] { return output->counts().connected; }));
    submit(*output, 20, 100, 300);
    EXPECT_TRUE(output->counts().balanced());
  }
  EXPECT_EQ(output->links().size(), 1U);
  output->stop(steady_clock::now() + 10s);
  expect_all_delivered(*output, next_number_);
  Arrivals arrivals;
  EXPECT_TRUE(eventually([&] {
    arrivals = {};
    arrivals.add(receiver);
    return arrivals.times.size() == next_number_;
  }));
  EXPECT_EQ(arrivals.cut, 0U);
}

TEST_F(OutputChangeTest, ConnectionEndsInOrder) {
  for (const Transport transport : {Transport::tcp, Transport::tls}) {
    StreamReceiver here(0, server_side(transport));
    StreamReceiver there;
    const auto output = start(config(here, transport));
    submit(*output, 1, 10, 100);
    EXPECT_TRUE(eventually([&] { return output->counts().delivered == 10; }));
    change(*output, config(there));
    EXPECT_TRUE(eventually([&] { return here.orderly_ends() == 1; }));
    output->stop(steady_clock::now() + 10s);
  }
}

class OutputStalled : public OutputChangeTest, public testing::WithParamInterface<Transport> {};

TEST_P(OutputStalled, LinesThatAReceiverDoesNotTakeGoToTheNextOneWhole) {
  // It reads little, so that the connection is full and the sender stands in the middle of a line.
  StreamReceiver here(0, server_side(GetParam()), 1000);
  StreamReceiver there;
  const auto output = start(config(here, GetParam()));
  static constexpr std::size_t kLineLength = 60'000;
  submit(*output, 200, 2, kLineLength);
  std::uint64_t before = 0;
  EXPECT_TRUE(eventually([&] {  // until it makes no more progress
    const std::uint64_t now = output->counts().delivered;
    const bool stands = now > 0 && now == before;
    before = now;
    std::this_thread::sleep_for(20ms);
    return stands;
  }));
  ASSERT_LT(before, next_number_);
  change(*output, config(there));
  output->stop(steady_clock::now() + 10s);
  expect_all_delivered(*output, next_number_);

  // The second has all that the first did not take, behind what that may not have read, and in order.
  const std::size_t frame = kLineLength + 1;
  EXPECT_TRUE(eventually([&] { return there.orderly_ends() == 1; }));
  const std::string text = there.text();
  ASSERT_EQ(text.size() % frame, 0U);
  std::size_t number = next_number_ - text.size() / frame;
  EXPECT_LE(number, before);
  for (std::size_t at = 0; at < text.size(); at += frame, ++number) {
    ASSERT_TRUE(text.compare(at, frame, test::numbered_line(number, kLineLength) + '\n') == 0) << number;
  }
}

INSTANTIATE_TEST_SUITE_P(Both, OutputStalled, testing::Values(Transport::tcp, Transport::tls),
                         [](const auto& param) { return param.param == Transport::tcp ? "Tcp" : "Tls"; });

TEST_F(OutputChangeTest, DatagramsBecomeAStream) {
  test::DatagramReceiver here;
  StreamReceiver there;
  const auto output = start(test::loopback_config(Transport::udp, here.port()));
  submit(*output, 5, 20, 100);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered > 0; }));
  change(*output, config(there));
  submit(*output, 5, 20, 100);
  output->stop(steady_clock::now() + 10s);
  expect_all_delivered(*output, 200);

  Arrivals arrivals;
  EXPECT_TRUE(eventually([&] { return there.orderly_ends() == 1; }));
  arrivals.add(there);
  for (std::uint64_t i = 0; i < output->counts().datagrams; ++i) arrivals.add(here.receive() + '\n');
  EXPECT_EQ(arrivals.times.size(), 200U);
  EXPECT_EQ(arrivals.repeated(), 0U);
}

TEST_F(OutputChangeTest, LinesForAReceiverThatIsDownReachTheNextOne) {
  SinkConfig settings = nobody_there();
  settings.queue_bytes = 50 * kQueuedLine;
  settings.required = true;
  const auto output = start(settings);
  std::thread producer([&] { submit(*output, 100, 10, 99, Producer::can_wait); });
  EXPECT_TRUE(eventually([&] { return output->counts().queued == 60; })) << "the producer waits with a batch";

  output->allow_overflow(true);
  producer.join();
  EXPECT_EQ(output->counts().queued, 1000U);
  StreamReceiver receiver;
  settings.port = receiver.port();
  change(*output, settings);
  output->allow_overflow(false);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered == 1000; }));
  output->stop(steady_clock::now() + 10s);
  expect_all_delivered(*output, 1000);
  EXPECT_TRUE(eventually([&] { return receiver.orderly_ends() == 1; }));
  Arrivals arrivals;
  arrivals.add(receiver);
  EXPECT_EQ(arrivals.times.size(), 1000U);
}

TEST_F(OutputChangeTest, QueueSettingsLeaveTheConnectionAlone) {
  StreamReceiver receiver;
  SinkConfig settings = config(receiver);
  const auto output = start(settings);
  submit(*output, 1, 10, 100);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered == 10; }));
  SinkConfig wanted = settings;
  wanted.queue_bytes = 1;
  wanted.queue_full = QueueFull::drop_newest;
  wanted.required = true;
  EXPECT_FALSE(needs_new_driver(settings, wanted));
  output->adopt(wanted, nullptr);
  EXPECT_EQ(output->config(), wanted);
  submit(*output, 1, 10, 100, Producer::can_wait);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered == 20; }));
  output->stop(steady_clock::now() + 10s);
  EXPECT_EQ(output->counts().connects, 1U);
}

TEST_F(OutputChangeTest, NewBoundAndPolicyCountFromThenOn) {
  SinkConfig settings = nobody_there();
  settings.queue_bytes = 30 * kQueuedLine;
  const auto output = start(settings);
  using Numbers = std::pair<std::uint64_t, std::uint64_t>;
  const auto queued_and_dropped = [&] {
    const OutputCounts counts = output->counts();
    return Numbers(counts.queued, counts.dropped.at("queue_full"));
  };
  submit(*output, 5, 10, 99);
  EXPECT_EQ(queued_and_dropped(), Numbers(30, 20));
  settings.queue_bytes = 60 * kQueuedLine;
  output->adopt(settings, nullptr);
  submit(*output, 3, 10, 99);
  EXPECT_EQ(queued_and_dropped(), Numbers(60, 20));
  settings.queue_bytes = 40 * kQueuedLine;
  settings.queue_full = QueueFull::drop_newest;
  output->adopt(settings, nullptr);
  EXPECT_EQ(queued_and_dropped(), Numbers(60, 20)) << "what is queued stays";
  submit(*output, 1, 10, 99);
  EXPECT_EQ(queued_and_dropped(), Numbers(60, 30));
  settings.queue_full = QueueFull::drop_oldest;
  output->adopt(settings, nullptr);
  submit(*output, 1, 10, 99);
  EXPECT_EQ(queued_and_dropped(), Numbers(40, 60));
  output->stop(steady_clock::now());
  EXPECT_TRUE(output->counts().balanced());
}

TEST_F(OutputChangeTest, SettingsThatCannotBeUsedChangeNothing) {
  StreamReceiver receiver;
  const auto output = start(config(receiver));
  submit(*output, 1, 10, 100);
  SinkConfig wanted = config(receiver);
  wanted.transport = Transport::tls;
  wanted.tls.ca = "nowhere.pem";
  try {
    const auto driver = output->prepare(wanted);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("output test: tls.ca"));
  }
  submit(*output, 1, 10, 100);
  output->stop(steady_clock::now() + 10s);
  expect_all_delivered(*output, 20);
  EXPECT_EQ(output->counts().connects, 1U);
  EXPECT_EQ(output->config(), config(receiver));
}

TEST_F(OutputChangeTest, CanComeBeforeTheStartAndAfterTheStop) {
  StreamReceiver receiver;
  const auto output = make_output(nobody_there(), log_.logger());
  submit(*output, 1, 10, 100);
  change(*output, config(receiver));
  output->start();
  output->stop(steady_clock::now() + 10s);
  expect_all_delivered(*output, 10);
  change(*output, nobody_there());
  submit(*output, 1, 10, 100);
  EXPECT_EQ(output->counts().dropped.at("stopped"), 10U);
  EXPECT_TRUE(output->counts().balanced());
}

TEST_F(OutputChangeTest, NeedsANewDriverUnlessOnlyTheQueueDiffers) {
  const SinkConfig settings = nobody_there();
  EXPECT_FALSE(needs_new_driver(settings, settings));
  SinkConfig wanted = settings;
  wanted.port = 2;
  EXPECT_TRUE(needs_new_driver(settings, wanted));
  wanted = settings;
  wanted.tls.ca = "other.pem";
  EXPECT_TRUE(needs_new_driver(settings, wanted));
  wanted = settings;
  wanted.transport = Transport::standard_output;
  EXPECT_TRUE(needs_new_driver(settings, wanted));
  EXPECT_FALSE(needs_new_driver(wanted, wanted));
  wanted.transport = Transport::file;
  EXPECT_TRUE(needs_new_driver(wanted, wanted)) << "it may have been renamed";
}

TEST_F(OutputChangeTest, TwoHundredChangesUnderLoadLoseAndDoubleNothing) {
  static constexpr int kChanges = 200;
  static constexpr std::size_t kProducers = 2;
  static constexpr std::size_t kBatchesPerChange = 10;  // of each producer
  static constexpr std::size_t kLineCount = 20;
  const test::TemporaryDirectory directory;
  StreamReceiver first;
  StreamReceiver second;
  StreamReceiver secure(0, server_side(Transport::tls));
  SinkConfig file;
  file.name = "test";
  file.transport = Transport::file;
  file.path = directory.file("lines.cef");
  std::vector<SinkConfig> targets = {config(first), config(second), file, config(secure, Transport::tls)};
  for (SinkConfig& target : targets) {
    target.required = true;
    target.queue_bytes = 20'000;
  }

  const auto output = start(targets.back());
  std::counting_semaphore<> batches(0);
  std::vector<std::thread> producers;
  for (std::size_t p = 0; p < kProducers; ++p) {
    producers.emplace_back([&, p] {
      std::size_t number = p * 1'000'000;
      for (std::size_t b = 0; b < kChanges * kBatchesPerChange; ++b) {
        std::vector<std::string> lines;
        for (std::size_t i = 0; i < kLineCount; ++i) lines.push_back(test::numbered_line(number++, 200));
        batches.acquire();
        output->submit(test::make_batch(pool_, lines), Producer::can_wait);
      }
    });
  }
  for (std::size_t i = 0; i < kChanges; ++i) {
    batches.release(kProducers * kBatchesPerChange);
    change(*output, targets[i % targets.size()]);
  }
  for (std::thread& producer : producers) producer.join();
  output->stop(steady_clock::now() + 10s);

  static constexpr std::size_t kTotal = kChanges * kProducers * kBatchesPerChange * kLineCount;
  expect_all_delivered(*output, kTotal);
  const auto arrivals = [&] {
    Arrivals all;
    for (const StreamReceiver* receiver : {&first, &second, &secure}) all.add(*receiver);
    std::ostringstream text;
    text << std::ifstream(file.path).rdbuf();
    all.add(text.str());
    return all;
  };
  EXPECT_TRUE(eventually([&] { return arrivals().times.size() == kTotal; }));
  const Arrivals all = arrivals();
  EXPECT_EQ(all.repeated(), 0U);
  EXPECT_EQ(all.cut, 0U) << "a receiver that reads gets what is in hand before it is left";
}

}  // namespace
}  // namespace flowcef
