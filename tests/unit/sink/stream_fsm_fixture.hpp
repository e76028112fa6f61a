// A stream machine with a window of lines that are 100 bytes long, and a clock of its own.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "flowcef/sink/stream_fsm.hpp"
#include "support/sink_support.hpp"

namespace flowcef {

using namespace std::chrono_literals;

inline constexpr StreamSettings kSettings = {.connect_timeout = 10s,
                                             .peer_timeout = 60s,
                                             .accepted_after = 2s,
                                             .secure = false,
                                             .replay_acked = std::nullopt,
                                             .replay_max_bytes = 100'000};

/// Returns: those of an output that fails over.
inline constexpr StreamSettings several(std::size_t receivers) {
  StreamSettings settings = kSettings;
  settings.receivers = receivers;
  settings.failback_after = 60s;
  settings.others = receivers > 1;
  return settings;
}

/// Lines of 100 bytes with their frames.
class StreamFsmTest : public testing::Test {
 protected:
  explicit StreamFsmTest(StreamSettings settings = kSettings) : fsm_(settings, Backoff(500ms, 30s, 1), window_) {}

  BatchPool pool_;
  SendWindow window_{[](const LineBatch&) {}};
  StreamFsm fsm_;
  StreamFsm::TimePoint now_{1000s};
  std::size_t next_number_ = 0;

  void connect() {
    fsm_.start(now_);
    fsm_.resolved(1, now_);
    fsm_.connected(now_);
  }
  void reconnect() {
    timer_at_deadline();
    fsm_.resolved(1, now_);
    fsm_.connected(now_);
  }
  StreamAction load(std::size_t lines) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < lines; ++i) texts.push_back(test::numbered_line(next_number_++, 99));
    window_.append(test::make_batch(pool_, texts));
    return fsm_.loaded(now_);
  }
  void connect_and_load(std::size_t lines = 3) {
    connect();
    load(lines);
  }
  void write(std::size_t bytes) {
    while (bytes > 0) {
      const std::size_t now = fsm_.to_write(bytes).size();
      ASSERT_GT(now, 0U);
      fsm_.wrote(now);
      bytes -= now;
    }
  }
  StreamAction progress(std::uint64_t acknowledged, std::uint64_t send_window = 0) {
    return fsm_.progress({.wire = acknowledged, .plaintext = acknowledged, .send_window = send_window}, now_);
  }
  StreamAction stall(std::uint64_t acknowledged) {
    return fsm_.progress({.wire = acknowledged, .plaintext = acknowledged, .stalled = true}, now_);
  }
  StreamAction lost(StreamEnd end = StreamEnd::broken) { return fsm_.lost(end, now_); }
  StreamAction timer_at_deadline() {
    now_ = fsm_.deadline().value();
    return fsm_.timer(now_);
  }
  std::string next_line() { return std::string(fsm_.to_write(99)); }
  static std::string line(std::size_t number) { return test::numbered_line(number, 99); }
};

}  // namespace flowcef
