// PX-12, PX-15: an output with a spool that is stopped, started, changed and cut off at random: every line arrives or is
// counted as dropped, and the books of each run begin with what the run before has left.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <memory>
#include <ranges>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "flowcef/sink/output.hpp"
#include "support/random_source.hpp"
#include "support/sink_support.hpp"

namespace flowcef {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::size_t kSteps = 60;
constexpr std::uint64_t kMebibyte = 1 << 20;

enum class WalkKind : std::uint8_t {
  lossless,     ///< one connection, strictly in order, producers that wait
  small_disk,   ///< one connection, strictly in order; what finds no room is dropped, also if it was to go again
  interleaved,  ///< new lines first
  balanced,     ///< two receivers
};

/// One that can die and come back on the same port. What it takes and has not read is less than what goes again.
class Siem {
 public:
  Siem() : receiver_(listen(0)), port_(receiver_->port()) {}

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] bool alive() const { return receiver_ != nullptr; }
  void die() {
    receiver_->die();
    std::ranges::move(receiver_->connections(), std::back_inserter(connections_));
    receiver_.reset();
  }
  void come_back() { receiver_ = listen(port_); }

  /// Returns: the numbers of the whole lines that came, by connection.
  [[nodiscard]] std::vector<std::vector<std::size_t>> lines() const {
    std::vector<std::vector<std::size_t>> all;
    for (const std::string& connection : connections_) {
      std::istringstream text(connection);
      std::vector<std::size_t>& numbers = all.emplace_back();
      for (std::string line; std::getline(text, line) && !text.eof();) {
        numbers.push_back(std::stoul(line.substr(line.find(' '))));
        EXPECT_EQ(line, test::numbered_line(numbers.back(), line.size()));
      }
    }
    return all;
  }

 private:
  static std::unique_ptr<test::StreamReceiver> listen(std::uint16_t port) {
    return std::make_unique<test::StreamReceiver>(port, nullptr, SIZE_MAX, 16 << 10);
  }

  std::unique_ptr<test::StreamReceiver> receiver_;
  std::uint16_t port_;
  std::vector<std::string> connections_;
};

class SpoolWalk : public testing::TestWithParam<std::tuple<WalkKind, unsigned>> {
 protected:
  const WalkKind kind_ = std::get<0>(GetParam());
  test::RandomSource random_{std::get<1>(GetParam())};
  BatchPool pool_;
  test::CapturedLog log_;
  test::TemporaryDirectory folder_;
  std::vector<std::unique_ptr<Siem>> siems_;
  SinkConfig config_;
  std::unique_ptr<Output> output_;
  std::size_t submitted_ = 0;
  std::uint64_t delivered_ = 0;  ///< by all runs
  std::uint64_t dropped_ = 0;
  std::uint64_t spooled_ = 0;  ///< by the run before

  void SetUp() override {
    for (int i = 0; i < (kind_ == WalkKind::balanced ? 2 : 1); ++i) siems_.push_back(std::make_unique<Siem>());
    config_ = test::loopback_config(Transport::tcp, siems_.front()->port());
    if (kind_ == WalkKind::balanced) {
      config_.more_receivers = {{"127.0.0.1", siems_.back()->port()}};
      config_.distribution = Distribution::balance;
    }
    config_.spool = SpoolConfig{.dir = folder_.file("spool")};
    config_.required = kind_ != WalkKind::small_disk;
    choose_settings();
    start();
  }

  /// Those that may change while it runs.
  void choose_settings() {
    config_.queue_bytes = (256U << 10U) << random_.below(4);
    config_.queue_full = random_.chance(50) ? QueueFull::drop_oldest : QueueFull::drop_newest;
    config_.spool->mode = random_.chance(50) ? SpoolMode::overflow : SpoolMode::journal;
    config_.spool->sync = random_.pick<SpoolSync>({SpoolSync::interval, SpoolSync::always, SpoolSync::never});
    config_.spool->max_bytes = kind_ == WalkKind::small_disk ? random_.between(1, 3) * kMebibyte : 1024 * kMebibyte;
    if (kind_ != WalkKind::interleaved) return;
    config_.spool->replay = random_.chance(75) ? SpoolReplay::interleave : SpoolReplay::fifo;
    config_.spool->replay_rate = random_.chance(50) ? 200'000 : 0;
  }

  void start() {
    output_ = make_output(config_, log_.logger());
    output_->start();
    EXPECT_EQ(output_->counts().restored, spooled_);
  }

  void stop(std::chrono::milliseconds time) {
    output_->stop(steady_clock::now() + time);
    const OutputCounts counts = output_->counts();
    EXPECT_TRUE(counts.balanced());
    EXPECT_EQ(counts.queued, 0U);
    spooled_ = counts.spooled;
    delivered_ += counts.delivered;
    dropped_ += counts.dropped_lines();
    output_.reset();
  }

  void submit() {
    const std::size_t length = random_.chance(10) ? random_.between(1, 65'000) : random_.between(20, 600);
    for (std::size_t batch = random_.between(1, 12); batch > 0; --batch) {
      std::vector<std::string> lines;
      for (std::size_t i = std::max<std::size_t>(1, 60'000 / length); i > 0; --i) {
        lines.push_back(test::numbered_line(submitted_++, length));
      }
      output_->submit(test::make_batch(pool_, lines), Producer::can_wait);
    }
  }

  void look_at_books() {
    const OutputCounts counts = output_->counts();
    EXPECT_TRUE(counts.balanced());
    EXPECT_LE(counts.queued + counts.spooled, counts.submitted + counts.restored);
  }

  void step() {
    Siem& siem = *siems_[random_.below(siems_.size())];
    switch (random_.below(12)) {
      case 0:
        stop(std::chrono::milliseconds(random_.below(30)));
        if (random_.chance(50)) choose_settings();
        start();
        break;
      case 1:
        choose_settings();
        output_->adopt(config_, random_.chance(50) ? output_->prepare(config_) : nullptr);
        break;
      case 2:
      case 3:
        siem.alive() ? siem.die() : siem.come_back();
        break;
      case 4:
        std::this_thread::sleep_for(std::chrono::milliseconds(random_.below(20)));
        break;
      default:
        submit();
    }
    look_at_books();
  }

  /// Returns: what came, each line once, in the order of its first coming.
  std::vector<std::size_t> arrived() const {
    std::vector<std::size_t> all;
    std::set<std::size_t> known;
    for (const auto& siem : siems_) {
      for (const std::vector<std::size_t>& connection : siem->lines()) {
        if (kind_ == WalkKind::lossless || kind_ == WalkKind::small_disk) {
          EXPECT_TRUE(std::ranges::is_sorted(connection, std::less_equal())) << "on one connection";
        }
        std::ranges::copy_if(connection, std::back_inserter(all),
                             [&](std::size_t number) { return known.insert(number).second; });
      }
    }
    return all;
  }
};

TEST_P(SpoolWalk, NothingIsLostUncounted) {
  for (std::size_t i = 0; i < kSteps && !HasFailure(); ++i) step();
  for (const auto& siem : siems_) {
    if (!siem->alive()) siem->come_back();
  }
  EXPECT_TRUE(test::eventually([&] {
    const OutputCounts counts = output_->counts();
    return counts.queued + counts.spooled == 0;
  }));
  stop(10s);
  EXPECT_EQ(spooled_, 0U);
  for (const auto& siem : siems_) siem->die();
  const std::vector<std::size_t> lines = arrived();
  EXPECT_EQ(delivered_ + dropped_, submitted_);
  if (kind_ != WalkKind::small_disk) {
    EXPECT_EQ(lines.size(), submitted_);
  }
  if (siems_.size() == 1 && kind_ != WalkKind::interleaved) {
    EXPECT_TRUE(std::ranges::is_sorted(lines));
  }
}

std::string name_of(const testing::TestParamInfo<std::tuple<WalkKind, unsigned>>& info) {
  static constexpr std::array kNames = {"lossless", "small_disk", "interleaved", "balanced"};
  return kNames.at(static_cast<std::size_t>(std::get<0>(info.param))) + std::to_string(std::get<1>(info.param));
}

INSTANTIATE_TEST_SUITE_P(Seeds, SpoolWalk,
                         testing::Combine(testing::Values(WalkKind::lossless, WalkKind::small_disk,
                                                          WalkKind::interleaved, WalkKind::balanced),
                                          testing::Range(1U, 5U)),
                         name_of);

}  // namespace
}  // namespace flowcef
