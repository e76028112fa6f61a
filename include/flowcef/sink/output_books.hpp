// The books of one output: what became of every line. submitted = delivered + queued + dropped, exactly, at
// rest.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace flowcef {

/// Numbers of lines unless said otherwise; a copy taken at one moment.
struct OutputCounts {
  using ByReason = std::map<std::string, std::uint64_t, std::less<>>;

  std::uint64_t submitted = 0;
  std::uint64_t delivered = 0;  ///< written to the kernel (streams, files) or taken by it (UDP)
  std::uint64_t queued = 0;     ///< in the queue, or in the hands of the output's thread
  ByReason dropped;             ///< queue_full, stopped, oversize, or the name of an errno (`EPIPE`)
  ByReason errors;              ///< failed system calls by errno name, also those that cost no line
  std::uint64_t bytes = 0;      ///< of delivered lines with their framing
  std::uint64_t datagrams = 0;  ///< UDP only
  std::uint64_t connects = 0;   ///< connections that became usable
  bool connected = false;

  [[nodiscard]] std::uint64_t dropped_lines() const;
  [[nodiscard]] bool balanced() const { return submitted == delivered + queued + dropped_lines(); }
};

enum class DropReason : std::uint8_t { queue_full, stopped, oversize };

/// Thread: any; the numbers of lines in hand, delivered and connected are set by the output's thread only.
class OutputBooks {
 public:
  void submitted(std::size_t lines) { add(submitted_, lines); }
  void queued(std::size_t lines) { add(in_queue_, lines); }
  void unqueued(std::size_t lines) { in_queue_.fetch_sub(lines, std::memory_order_relaxed); }
  void in_hand(std::size_t lines) { in_hand_.store(lines, std::memory_order_relaxed); }
  void delivered(std::size_t lines, std::size_t bytes) {
    add(delivered_, lines);
    add(bytes_, bytes);
  }
  void dropped(DropReason reason, std::size_t lines) { add(dropped_.at(static_cast<std::size_t>(reason)), lines); }
  void dropped_by_errno(int error, std::size_t lines) { add(dropped_errno_[slot(error)], lines); }
  void error(int error_number) { add(errors_[slot(error_number)], 1); }
  void datagrams(std::size_t count) { add(datagrams_, count); }
  void connected() {
    add(connects_, 1);
    connected_.store(true, std::memory_order_relaxed);
  }
  void disconnected() { connected_.store(false, std::memory_order_relaxed); }

  [[nodiscard]] std::size_t lines_in_hand() const { return in_hand_.load(std::memory_order_relaxed); }
  [[nodiscard]] OutputCounts counts() const;

 private:
  using Number = std::atomic<std::uint64_t>;
  static constexpr std::size_t kErrnos = 134;  ///< EHWPOISON, the highest, is 133 on Linux

  static void add(Number& number, std::uint64_t n) { number.fetch_add(n, std::memory_order_relaxed); }
  static std::size_t slot(int error) {
    return error > 0 && static_cast<std::size_t>(error) < kErrnos ? static_cast<std::size_t>(error) : 0;
  }

  Number submitted_{0};
  Number delivered_{0};
  Number in_queue_{0};
  Number in_hand_{0};
  Number bytes_{0};
  Number datagrams_{0};
  Number connects_{0};
  std::atomic<bool> connected_{false};
  std::array<Number, 3> dropped_{};
  std::array<Number, kErrnos> dropped_errno_{};
  std::array<Number, kErrnos> errors_{};
};

/// Returns: `ECONNREFUSED` and the like; `unknown` for a number without a name.
[[nodiscard]] std::string errno_name(int error);

}  // namespace flowcef
