// The books of one output: what became of every line. At any time, exactly:
// submitted + restored = delivered + queued + spooled + dropped
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace flowcef {

/// Numbers of lines unless said otherwise; a copy taken at one moment.
struct OutputCounts {
  using ByReason = std::map<std::string, std::uint64_t, std::less<>>;

  std::uint64_t submitted = 0;
  std::uint64_t restored = 0;   ///< found in the spool at the start: what the run before had as `spooled` at its end
  std::uint64_t delivered = 0;  ///< acknowledged by the receiver's TCP, written (files), or taken by the kernel (UDP)
  std::uint64_t queued = 0;     ///< in the queue, or in the hands of the output's threads
  std::uint64_t spooled = 0;    ///< on disk only
  ByReason dropped;  ///< queue_full, spool_full, spool_damaged, stopped, oversize, or an errno's name (`EPERM`)
  ByReason errors;   ///< failed system calls by errno name, also those that cost no line
  std::uint64_t failovers = 0;   ///< times that the lines went to another receiver than before
  std::uint64_t repeated = 0;    ///< lines that went out whole once more, after a broken connection
  std::uint64_t bytes = 0;       ///< of delivered lines with their framing
  std::uint64_t datagrams = 0;   ///< UDP only
  std::uint64_t fragmented = 0;  ///< of those, the ones larger than a packet on the path as it was known
  std::uint64_t fragments = 0;   ///< IP packets that these became
  std::uint64_t connects = 0;    ///< connections that became usable
  bool connected = false;        ///< at least one of them is

  [[nodiscard]] std::uint64_t dropped_lines() const;
  [[nodiscard]] bool balanced() const { return submitted + restored == delivered + queued + spooled + dropped_lines(); }
};

enum class DropReason : std::uint8_t { queue_full, spool_full, spool_damaged, stopped, oversize };

/// Datagrams that the kernel took in one go.
struct SentDatagrams {
  std::size_t datagrams = 0;
  std::size_t fragmented = 0;
  std::size_t fragments = 0;
};

/// A line is in the queue, in hand (of a thread of the output), on disk only, delivered or dropped. Each call moves lines and so leaves
/// the sum as it is. Calls come by batch or by group of datagrams, not by line.
/// Thread: any.
class OutputBooks {
 public:
  void submitted(std::size_t lines);
  /// Lines that never were in the queue, or that are in it.
  void dropped_from_queue(DropReason reason, std::size_t lines);
  void taken(std::size_t lines);
  /// In hand no more, in the queue once more.
  void returned(std::size_t lines);
  void delivered(std::size_t lines, std::size_t bytes);
  void dropped(DropReason reason, std::size_t lines);
  void dropped_by_errno(int error, std::size_t lines);

  /// Found on disk at the start.
  void restored(std::size_t lines);
  /// From hand to disk, and back.
  void spooled(std::size_t lines);
  void unspooled(std::size_t lines);
  void dropped_from_spool(DropReason reason, std::size_t lines);

  void error(int error_number);
  void repeated(std::size_t lines);
  void sent(const SentDatagrams& sent);
  void failover();
  void connected();
  void disconnected();

  [[nodiscard]] OutputCounts counts() const;

 private:
  static constexpr std::size_t kErrnos = 134;  ///< EHWPOISON, the highest, is 133 on Linux

  static std::size_t slot(int error) {
    return error > 0 && static_cast<std::size_t>(error) < kErrnos ? static_cast<std::size_t>(error) : 0;
  }

  mutable std::mutex mutex_;
  std::uint64_t submitted_ = 0;
  std::uint64_t restored_ = 0;
  std::uint64_t in_queue_ = 0;
  std::uint64_t in_hand_ = 0;
  std::uint64_t spooled_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t repeated_ = 0;
  std::uint64_t failovers_ = 0;
  SentDatagrams sent_;
  std::uint64_t connects_ = 0;
  std::uint64_t open_ = 0;
  std::array<std::uint64_t, 5> dropped_{};
  std::array<std::uint64_t, kErrnos> dropped_errno_{};
  std::array<std::uint64_t, kErrnos> errors_{};
};

/// Returns: `ECONNREFUSED` and the like; `unknown` for a number without a name.
[[nodiscard]] std::string errno_name(int error);

}  // namespace flowcef
