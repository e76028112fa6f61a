#include "flowcef/app/delay_line.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace flowcef::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class DelayLineTest : public testing::Test {
 protected:
  void push(std::string_view payload) {
    Datagram datagram;
    const std::string bytes(payload);  // gone once it is pushed
    datagram.payload = {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
    datagram.session = 7;
    line_.push(datagram, now_);
  }
  void push_end() { line_.push_end(IpAddress(), 7, now_); }

  std::vector<std::string> passed_;
  DelayLine::Clock::time_point now_{1000s};
  DelayLine line_{
      [this](const Datagram& datagram) { passed_.emplace_back(datagram.payload.begin(), datagram.payload.end()); },
      [this](const IpAddress&, std::uint64_t session) { passed_.push_back("end " + std::to_string(session)); }};
};

// BC-21: nothing waits unless a setting says so
TEST_F(DelayLineTest, is_not_in_use_by_default) {
  EXPECT_FALSE(line_.is_in_use());
  EXPECT_FALSE(line_.is_waiting());
}

TEST_F(DelayLineTest, passes_on_in_order_what_has_waited) {
  line_.set_wait(1s);
  push("a");
  now_ += 500ms;
  push("b");
  push_end();
  line_.advance(now_);
  EXPECT_THAT(passed_, ElementsAre());
  now_ += 500ms;
  line_.advance(now_);
  EXPECT_THAT(passed_, ElementsAre("a"));
  now_ += 500ms;
  line_.advance(now_);
  EXPECT_THAT(passed_, ElementsAre("a", "b", "end 7"));
  EXPECT_FALSE(line_.is_waiting());
  EXPECT_TRUE(line_.is_in_use());
}

TEST_F(DelayLineTest, keeps_the_order_when_the_wait_ends) {
  line_.set_wait(1s);
  push("a");
  line_.set_wait(0s);
  EXPECT_TRUE(line_.is_in_use());
  push("b");
  line_.advance(now_);
  EXPECT_THAT(passed_, ElementsAre("a", "b"));
  EXPECT_FALSE(line_.is_in_use());
}

TEST_F(DelayLineTest, flush_passes_on_everything) {
  line_.set_wait(1min);
  push("a");
  push("b");
  line_.flush();
  EXPECT_THAT(passed_, ElementsAre("a", "b"));
}

// BC-21: the bound; nothing is lost
TEST_F(DelayLineTest, oldest_go_on_early_when_it_is_full) {
  line_.set_wait(1min);
  const std::string payload(std::size_t{1} << 20, 'x');
  for (int i = 0; i < 70; ++i) push(payload);
  EXPECT_GE(passed_.size(), 6U);
  EXPECT_LE(passed_.size(), 8U);
  EXPECT_EQ(line_.early().value(), passed_.size());
  line_.flush();
  EXPECT_EQ(passed_.size(), 70U);
}

}  // namespace
}  // namespace flowcef::test
