// Datagrams that wait a while before they are decoded, so that lookups know what is said of them a little later.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "flowcef/core/counter.hpp"
#include "flowcef/source/datagram.hpp"

namespace flowcef {

/// Keeps the order in which they came. What does not fit goes on early: nothing is lost.
/// Thread: one; the counter may be read by any.
class DelayLine {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kMaxBytes = std::size_t{64} << 20;

  /// Input: what takes datagrams when their time has come, and is told where a session ended
  DelayLine(std::function<void(const Datagram&)> pass,
            std::function<void(const IpAddress&, std::uint64_t)> end_session);

  /// 0: nothing waits, but for what is waiting already.
  void set_wait(std::chrono::milliseconds wait) noexcept { wait_ = wait; }
  [[nodiscard]] bool is_waiting() const noexcept { return !waiting_.empty(); }
  /// Whether what comes now has to go in.
  [[nodiscard]] bool is_in_use() const noexcept { return wait_.count() != 0 || is_waiting(); }

  void push(const Datagram& datagram, Clock::time_point now);
  void push_end(const IpAddress& exporter, std::uint64_t session, Clock::time_point now);
  /// Passes on what has waited for long enough.
  void advance(Clock::time_point now);
  /// Passes on everything.
  void flush();

  /// Datagrams that went on early.
  [[nodiscard]] const Counter& early() const noexcept { return early_; }

 private:
  struct Waiting {
    Clock::time_point came;
    Datagram datagram;  ///< without its payload
    std::vector<std::uint8_t> payload;
    bool is_end = false;  ///< of the datagram's session
  };

  [[nodiscard]] static std::size_t bytes_of(const Waiting& waiting) noexcept {
    return sizeof(Waiting) + waiting.payload.size();
  }
  void add(Waiting waiting);
  void pass_oldest();

  std::function<void(const Datagram&)> pass_;
  std::function<void(const IpAddress&, std::uint64_t)> end_session_;
  std::chrono::milliseconds wait_{0};
  std::deque<Waiting> waiting_;
  std::size_t bytes_ = 0;
  Counter early_;
};

}  // namespace flowcef
