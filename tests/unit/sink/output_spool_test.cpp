// PX-12: an output with a spool, over real sockets and a real disk: whatever the receiver and the disk do, every line is
// delivered, on disk or counted.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <numeric>
#include <set>
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

constexpr std::size_t kLength = 300;
constexpr std::size_t kBatchLines = 100;
constexpr std::size_t kLineBytes = kLength + 1 + sizeof(LineRef);

class OutputSpool : public testing::TestWithParam<SpoolMode> {
 protected:
  BatchPool pool_;
  test::CapturedLog log_;
  test::TemporaryDirectory folder_;
  std::size_t next_number_ = 0;

  SinkConfig config(std::uint16_t port, SpoolMode mode = SpoolMode::overflow) {
    SinkConfig config = test::loopback_config(Transport::tcp, port);
    config.required = true;
    config.spool = SpoolConfig{.dir = folder_.file("spool"), .mode = mode};
    return config;
  }
  std::unique_ptr<Output> start(const SinkConfig& config, Framing framing = Framing::newline) {
    auto output = make_output(config, log_.logger(), framing);
    output->start();
    return output;
  }
  void submit(Output& output, std::size_t batches, Producer producer = Producer::can_wait,
              Framing framing = Framing::newline) {
    for (std::size_t b = 0; b < batches; ++b) {
      std::vector<std::string> lines;
      for (std::size_t i = 0; i < kBatchLines; ++i) lines.push_back(test::numbered_line(next_number_++, kLength));
      output.submit(test::make_batch(pool_, lines, framing), producer);
    }
  }
  OutputCounts stop(Output& output, std::chrono::milliseconds time = 10s) {
    output.stop(steady_clock::now() + time);
    const OutputCounts counts = output.counts();
    EXPECT_TRUE(counts.balanced());
    EXPECT_EQ(counts.queued, 0U);
    return counts;
  }
  /// Returns: the numbers of the whole lines, each of which is as it was submitted.
  static std::vector<std::size_t> lines_of(const StreamReceiver& receiver) {
    std::vector<std::size_t> numbers;
    std::istringstream text(receiver.text());
    for (std::string line; std::getline(text, line);) {
      if (text.eof()) break;
      numbers.push_back(std::stoul(line.substr(line.find(' '))));
      EXPECT_EQ(line, test::numbered_line(numbers.back(), kLength));
    }
    return numbers;
  }
  static std::vector<std::size_t> numbered(std::size_t first, std::size_t end) {
    std::vector<std::size_t> numbers(end - first);
    std::iota(numbers.begin(), numbers.end(), first);
    return numbers;
  }
  static void wait_until_unreachable(const Output& output) {
    EXPECT_TRUE(eventually([&] { return output.links().front().state == LinkState::waiting; }));
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(std::filesystem::directory_iterator(folder_.file("spool")),
                              [](const auto& entry) { return entry.path().extension() == ".spool"; }));
  }
};

constexpr std::uint16_t kNobody = 1;

TEST_P(OutputSpool, WhatNobodyTakesIsThereAfterTheRestartAndInOrder) {
  {
    const auto output = start(config(kNobody, GetParam()));
    submit(*output, 20);
    const OutputCounts counts = stop(*output);
    EXPECT_EQ(counts.spooled, next_number_);
    EXPECT_EQ(counts.dropped_lines(), 0U);
  }
  StreamReceiver receiver;
  const auto output = start(config(receiver.port(), GetParam()));
  EXPECT_EQ(output->counts().restored, next_number_);
  const std::size_t restored = next_number_;
  submit(*output, 20);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered == next_number_; }));
  const OutputCounts counts = stop(*output);
  EXPECT_EQ(counts.restored, restored);
  EXPECT_EQ(counts.spooled, 0U);
  EXPECT_EQ(lines_of(receiver), numbered(0, next_number_));
  EXPECT_EQ(files(), 0U);
}

/// What the receiver's kernel acknowledged and its process had not read is kept as well.
TEST_P(OutputSpool, AReceiverThatDiesBeforeTheStopGetsItsLinesAfterTheRestart) {
  auto receiver = std::make_unique<StreamReceiver>(0, nullptr, 10 * kLength);
  const std::uint16_t port = receiver->port();
  std::vector<std::size_t> seen;
  std::size_t spooled = 0;
  {
    const auto output = start(config(port, GetParam()));
    submit(*output, 30);
    EXPECT_TRUE(eventually([&] { return output->counts().delivered > 0; }));
    receiver->die();
    seen = lines_of(*receiver);
    receiver.reset();
    EXPECT_TRUE(eventually([&] { return !output->counts().connected; }));
    const OutputCounts counts = stop(*output, 300ms);
    EXPECT_EQ(counts.delivered + counts.spooled, next_number_);
    spooled = counts.spooled;
  }
  StreamReceiver other(port);
  const auto output = start(config(port, GetParam()));
  EXPECT_EQ(output->counts().restored, spooled);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered == spooled; }));
  stop(*output);
  const std::vector<std::size_t> again = lines_of(other);
  std::set<std::size_t> all(seen.begin(), seen.end());
  all.insert(again.begin(), again.end());
  EXPECT_EQ(all.size(), next_number_);
  EXPECT_TRUE(std::ranges::is_sorted(again));
}

TEST_P(OutputSpool, AShortOutageCostsNothing) {
  auto receiver = std::make_unique<StreamReceiver>();
  const std::uint16_t port = receiver->port();
  SinkConfig settings = config(port, GetParam());
  settings.queue_bytes = 8 * kBatchLines * kLineBytes;
  const auto output = start(settings);
  submit(*output, 20);
  // This queue is too small to keep all that its kernel may not have handed on.
  EXPECT_TRUE(eventually(
      [&] { return output->counts().delivered == next_number_ && lines_of(*receiver).size() == next_number_; }));
  receiver->die();
  std::vector<std::size_t> lines = lines_of(*receiver);
  receiver.reset();
  submit(*output, 100);
  EXPECT_TRUE(eventually([&] { return output->counts().spooled > 0; }));
  StreamReceiver other(port);
  submit(*output, 100);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered == next_number_; }));
  const OutputCounts counts = stop(*output);
  EXPECT_EQ(counts.delivered, next_number_);
  EXPECT_EQ(counts.dropped_lines(), 0U);
  const std::vector<std::size_t> later = lines_of(other);
  EXPECT_TRUE(std::ranges::is_sorted(later));
  lines.insert(lines.end(), later.begin(), later.end());
  EXPECT_EQ(std::set<std::size_t>(lines.begin(), lines.end()).size(), next_number_);
  EXPECT_EQ(files(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Modes, OutputSpool, testing::Values(SpoolMode::overflow, SpoolMode::journal),
                         [](const auto& mode) { return mode.param == SpoolMode::overflow ? "overflow" : "journal"; });

TEST_F(OutputSpool, NewLinesGoFirstWhenInterleaved) {
  {
    const auto output = start(config(kNobody));
    submit(*output, 50);
    EXPECT_EQ(stop(*output).spooled, next_number_);
  }
  const std::size_t old = next_number_;
  StreamReceiver receiver;
  SinkConfig settings = config(receiver.port());
  settings.spool->replay = SpoolReplay::interleave;
  settings.spool->replay_rate = 5'000;
  const auto output = start(settings);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered > 0; }));
  submit(*output, 10);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered == next_number_; }));
  stop(*output);
  std::vector<std::size_t> lines = lines_of(receiver);
  const auto first_new = std::ranges::find(lines, old);
  EXPECT_LT(first_new - lines.begin(), static_cast<std::ptrdiff_t>(old)) << "ahead of old ones";
  const auto middle = std::ranges::stable_partition(lines, [&](std::size_t number) { return number < old; });
  EXPECT_TRUE(std::ranges::is_sorted(lines.begin(), middle.begin()));
  EXPECT_TRUE(std::ranges::is_sorted(middle));
  EXPECT_EQ(lines.size(), next_number_);
}

TEST_F(OutputSpool, AFullSpoolDropsTheOldest) {
  SinkConfig settings = config(kNobody);
  settings.required = false;
  settings.spool->max_bytes = 4 << 20;
  OutputCounts counts;
  {
    const auto output = start(settings);
    wait_until_unreachable(*output);
    submit(*output, 1);
    EXPECT_EQ(output->spool_trouble(), "");
    submit(*output, 299);
    EXPECT_TRUE(eventually([&] { return output->counts().queued == 0; }));
    EXPECT_EQ(output->spool_trouble(), "max_bytes is reached");
    counts = stop(*output);
  }
  EXPECT_GT(counts.dropped.at("spool_full"), 0U);
  EXPECT_GT(counts.spooled, 0U);
  EXPECT_EQ(counts.submitted, counts.spooled + counts.dropped_lines());
  StreamReceiver receiver;
  const auto after = start(config(receiver.port()));
  EXPECT_TRUE(eventually([&] { return after->counts().delivered == counts.spooled; }));
  stop(*after);
  EXPECT_EQ(lines_of(receiver), numbered(next_number_ - counts.spooled, next_number_)) << "the newest";
}

TEST_F(OutputSpool, FramesAreMadeAnewForAnotherFraming) {
  {
    const auto output = start(config(kNobody), Framing::octet_counting);
    submit(*output, 2, Producer::cannot_wait, Framing::octet_counting);
    EXPECT_EQ(stop(*output).spooled, next_number_);
  }
  StreamReceiver receiver;
  const auto output = start(config(receiver.port()));
  EXPECT_TRUE(eventually([&] { return output->counts().delivered == next_number_; }));
  stop(*output);
  EXPECT_EQ(lines_of(receiver), numbered(0, next_number_));
}

TEST_F(OutputSpool, ASpoolInUseIsAnError) {
  const auto first = start(config(kNobody));
  EXPECT_THROW(start(config(kNobody)), std::runtime_error);
  stop(*first);
}

// PX-15
TEST_F(OutputSpool, SettingsChangeWhileLinesAreOnDisk) {
  const SinkConfig before = config(kNobody);
  const auto output = start(before);
  submit(*output, 30);
  StreamReceiver receiver;
  SinkConfig wanted = config(receiver.port(), SpoolMode::journal);
  ASSERT_TRUE(can_adopt(before, wanted));
  output->adopt(wanted, output->prepare(wanted));
  submit(*output, 30);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered == next_number_; }));
  EXPECT_EQ(stop(*output).dropped_lines(), 0U);
  EXPECT_EQ(lines_of(receiver), numbered(0, next_number_));
  wanted.spool.reset();
  EXPECT_FALSE(can_adopt(before, wanted));
}

// PX-15: what waits in memory when the spool is added, in an outage say, outlasts the end of the program.
TEST_F(OutputSpool, ASpoolIsAddedWhileLinesWait) {
  const SinkConfig wanted = config(kNobody);
  SinkConfig before = wanted;
  before.spool.reset();
  {
    const auto output = start(before);
    submit(*output, 30);
    wait_until_unreachable(*output);
    ASSERT_TRUE(can_adopt(before, wanted));
    ASSERT_TRUE(needs_new_driver(before, wanted));
    output->adopt(wanted, output->prepare(wanted));
    submit(*output, 30);
    const OutputCounts counts = stop(*output);
    EXPECT_EQ(counts.spooled, next_number_);
    EXPECT_EQ(counts.dropped_lines(), 0U);
  }
  StreamReceiver receiver;
  const auto output = start(config(receiver.port()));
  EXPECT_TRUE(eventually([&] { return output->counts().delivered == next_number_; }));
  stop(*output);
  EXPECT_EQ(lines_of(receiver), numbered(0, next_number_));
}

/// Lines that are short next to what is noted of each, so that those kept to go again fill most of the queue's bound.
class KeptLines : public OutputSpool {
 protected:
  static constexpr std::size_t kShort = 30;
  static constexpr std::size_t kLines = 1000;
  StreamReceiver receiver_;

  SinkConfig keeping(SpoolMode mode) {
    SinkConfig settings = config(receiver_.port(), mode);
    settings.queue_bytes = 1 << 20;
    settings.replay_acked = settings.queue_bytes / 2;
    return settings;
  }
  /// One batch after the other, each once the one before is delivered.
  void expect_all_delivered(Output& output) {
    for (int batch = 0; batch < 40 && !HasFailure(); ++batch) {
      std::vector<std::string> lines;
      for (std::size_t i = 0; i < kLines; ++i) lines.push_back(test::numbered_line(next_number_++, kShort));
      output.submit(test::make_batch(pool_, lines), Producer::can_wait);
      EXPECT_TRUE(eventually([&] { return output.counts().delivered == next_number_; })) << "batch " << batch;
    }
    EXPECT_EQ(stop(output).dropped_lines(), 0U);
  }
};

TEST_F(KeptLines, DoNotHoldUpOthersWhileTheDiskIsFull) {
  SinkConfig settings = keeping(SpoolMode::overflow);
  settings.spool->max_bytes = 1;
  expect_all_delivered(*start(settings));
}

TEST_F(KeptLines, DoNotHoldUpOthersWhileAJournalIsFullOfThem) {
  SinkConfig settings = keeping(SpoolMode::journal);
  settings.spool->max_bytes = 512 << 10;
  expect_all_delivered(*start(settings));
}

TEST_F(KeptLines, DoNotSendOthersTheSlowWay) {
  SinkConfig settings = keeping(SpoolMode::overflow);
  settings.spool->replay = SpoolReplay::interleave;
  settings.spool->replay_rate = 10;
  expect_all_delivered(*start(settings));
}

TEST_F(OutputSpool, NothingNewGoesAheadOnceItIsToBeInOrder) {
  stop(*[&] {
    auto output = start(config(kNobody));
    submit(*output, 20);
    return output;
  }());
  StreamReceiver receiver;
  SinkConfig settings = config(receiver.port());
  settings.spool->replay = SpoolReplay::interleave;
  settings.spool->replay_rate = 1;
  const auto output = start(settings);
  submit(*output, 1);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered >= 2 * kBatchLines; }));
  settings.spool->replay = SpoolReplay::fifo;
  settings.spool->replay_rate = 0;
  output->adopt(settings, nullptr);
  const std::size_t first_after = next_number_;
  submit(*output, 20);
  EXPECT_TRUE(eventually([&] { return output->counts().delivered == next_number_; }));
  stop(*output);
  const std::vector<std::size_t> lines = lines_of(receiver);
  EXPECT_EQ(std::ranges::find(lines, first_after) - lines.begin(), static_cast<std::ptrdiff_t>(first_after));
}

/// Those that were acknowledged and may be unread go again by TCP; by UDP there is no such thing.
TEST_F(OutputSpool, BatchesThatAreSettledToTheEndKeepNoDatagramBack) {
  SinkConfig settings = config(0);
  {
    const auto files = make_spool_files(settings.spool->dir);
    Spool spool(*settings.spool, Framing::newline, *files, log_.logger());
    EXPECT_EQ(spool.open().lines, 0U);
    const std::vector<SpoolEntry> settled(20, SpoolEntry{test::make_batch(pool_, {"line 0"}), 0, 1});
    spool.put_back(settled);
    EXPECT_TRUE(spool.append(std::vector{test::make_batch(pool_, {"line 1"})}, Spool::Hand::unread));
    spool.close();
  }
  test::DatagramReceiver receiver;
  settings.transport = Transport::udp;
  settings.port = receiver.port();
  const auto output = start(settings);
  EXPECT_EQ(receiver.receive(), "line 1");
  EXPECT_EQ(stop(*output).delivered, 1U);
}

}  // namespace
}  // namespace flowcef
