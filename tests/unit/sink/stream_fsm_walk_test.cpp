// Three receivers that die and come back, read when they like, and lose what they had not read: no line is lost.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>
#include <string>

#include "stream_fsm_fixture.hpp"

namespace flowcef {
namespace {

using Kind = StreamAction::Kind;
using State = LinkState;

class StreamFsmWalk : public StreamFsmTest, public testing::WithParamInterface<unsigned> {
 protected:
  StreamFsmWalk() : StreamFsmTest(several(3)) {}

  static constexpr std::size_t kWindow = 1500;

  std::mt19937 random_{GetParam()};
  std::array<bool, 3> alive_{true, true, true};
  std::set<std::string> read_;  ///< lines, by any of them
  std::set<std::size_t> visited_;
  std::string wire_;  ///< of this connection
  std::size_t acknowledged_ = 0;
  std::size_t taken_ = 0;  ///< by the receiving process
  std::size_t waiting_lines_ = 0;
  std::size_t delivered_ = 0;
  bool ending_ = false;

  bool one_in(unsigned n) { return random_() % n == 0; }

  void perform(StreamAction action) {
    for (; action.kind != Kind::none; action = perform_one(action)) delivered_ += fsm_.take_settled().lines;
    delivered_ += fsm_.take_settled().lines;
  }

  StreamAction perform_one(const StreamAction& action) {
    switch (action.kind) {
      case Kind::resolve:
        return fsm_.resolved(1, now_);
      case Kind::connect:
        wire_.clear();
        acknowledged_ = taken_ = 0;
        if (!alive_[fsm_.receiver()]) return fsm_.connect_failed(now_);
        visited_.insert(fsm_.receiver());
        return fsm_.connected(now_);
      case Kind::fetch:
        if (waiting_lines_ > 0) return load(std::exchange(waiting_lines_, 0));
        return ending_ ? fsm_.drained(now_) : StreamAction{};
      case Kind::write: {
        const std::string_view bytes = fsm_.to_write(1 + random_() % 700);
        wire_ += bytes;
        fsm_.wrote(bytes.size());
        return {};
      }
      case Kind::look:
        return look();
      case Kind::probe:
        return fsm_.probed(alive_[0], now_);
      default:
        return {};
    }
  }

  StreamAction look() {
    return fsm_.progress({.wire = acknowledged_, .plaintext = acknowledged_, .send_window = room()}, now_);
  }
  [[nodiscard]] std::size_t room() const { return kWindow - (acknowledged_ - taken_); }

  /// The receiving process takes some of what its kernel has.
  void take(std::size_t bytes) {
    taken_ = std::min(acknowledged_, taken_ + bytes);
    for (std::size_t at = 0; at + 100 <= taken_; at += 100) {
      ASSERT_EQ(wire_[at + 99], '\n');
      read_.insert(wire_.substr(at, 99));
    }
  }

  void kill(std::size_t receiver) {
    alive_[receiver] = false;
    if (fsm_.receiver() != receiver || !(fsm_.is_open() || fsm_.is_closing())) return;
    perform(look());
    perform(fsm_.lost(StreamEnd::broken, now_));
  }

  void step() {
    if (fsm_.is_open() || fsm_.is_closing()) {
      acknowledged_ = std::min({wire_.size(), acknowledged_ + room(), acknowledged_ + random_() % 900});
      take(random_() % 1000);
      if (fsm_.is_closing() && taken_ == wire_.size()) {
        perform(look());
        perform(fsm_.lost(StreamEnd::orderly, now_));
      } else {
        perform(look());
      }
    }
    if (fsm_.state() == State::waiting || one_in(3)) {
      now_ = std::max(now_, fsm_.deadline().value_or(now_));
    } else {
      now_ += 1ms * (random_() % 2000);
    }
    perform(fsm_.timer(now_));
  }
};

// PX-12
TEST_P(StreamFsmWalk, LosesNothing) {
  perform(fsm_.start(now_));
  for (int i = 0; i < 3000; ++i) {
    if (one_in(4)) {
      waiting_lines_ += 1 + random_() % 10;
      if (fsm_.is_open()) perform({Kind::fetch});
    }
    const std::size_t receiver = random_() % 3;
    if (one_in(40)) kill(receiver);
    if (one_in(20)) alive_[receiver] = true;
    step();
  }
  alive_ = {true, true, true};
  ending_ = true;
  perform(fsm_.is_open() ? StreamAction{Kind::fetch} : StreamAction{});
  for (int i = 0; i < 10'000 && fsm_.state() != State::closed; ++i) step();
  EXPECT_EQ(fsm_.state(), State::closed);
  EXPECT_EQ(window_.unsettled(), 0U);
  take(wire_.size());  // also what the goodbye did not wait for
  EXPECT_EQ(read_.size(), next_number_);
  EXPECT_EQ(delivered_, next_number_);
  EXPECT_EQ(visited_.size(), 3U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, StreamFsmWalk, testing::Range(1U, 41U));

}  // namespace
}  // namespace flowcef
