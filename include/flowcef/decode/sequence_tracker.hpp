// What the sequence numbers of one observation domain say of messages that were lost on the way.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "flowcef/decode/decode_config.hpp"
#include "flowcef/decode/template.hpp"

namespace flowcef {

struct SequenceCounts {
  std::uint64_t lost = 0;       ///< in what the numbers count: flows, records or datagrams
  std::uint64_t reordered = 0;  ///< messages that came behind one with a higher number
  std::uint64_t repeated = 0;   ///< messages that had come before
  std::uint64_t restarted = 0;  ///< times that the exporter began its count anew
  /// Records in sets that came but could not be decoded, as far as the numbers behind them tell.
  std::uint64_t undecoded_estimate = 0;

  friend bool operator==(const SequenceCounts&, const SequenceCounts&) = default;
};

struct SequencedMessage {
  std::uint32_t sequence = 0;         ///< as the header has it
  std::uint32_t records = 0;          ///< decoded, those of options data included
  std::uint32_t undecoded_bytes = 0;  ///< of data sets that could not be decoded: each byte may be a record
  std::optional<std::uint32_t> uptime_ms = std::nullopt;  ///< modulo 2^32; nothing: the header has none (IPFIX)
};

/// Numbers that were skipped stay open for a while, so that late messages can still fill them; what stays open is lost.
/// NetFlow v5 and v7 number flows and IPFIX numbers records: a message states how many went before it. NetFlow v9
/// numbers datagrams, but some exporters step by records there; under SequenceRule::standard that is noticed, and
/// nothing is counted as lost until either step is plain. What a layout's counter counts is not known: nothing is lost
/// by it under SequenceRule::standard, but that it went back tells of a restart.
/// Source: RFC 7011 section 3.1, RFC 3954 section 5.1.
/// Thread: one.
class SequenceTracker {
 public:
  /// Gaps kept open at once; the oldest is given up for a new one.
  static constexpr std::size_t kMaxGaps = 16;
  /// How many messages a gap waits to be filled.
  static constexpr std::uint32_t kMaxAge = 64;
  /// A step forward beyond this is no loss but another count.
  static constexpr std::uint32_t kMaxJump = std::uint32_t{1} << 24;

  SequenceTracker(ExportFormat format, SequenceRule rule) noexcept;

  /// Adds to `counts` what this message tells; the first one only says where the count stands.
  void take(const SequencedMessage& message, SequenceCounts& counts) noexcept;
  /// Gives up all open gaps: nothing more will come.
  void finish(SequenceCounts& counts) noexcept;
  /// Returns: what is missing now, in what the numbers count: late messages may still bring it, or else it will be lost.
  [[nodiscard]] std::uint64_t missing() const noexcept;

 private:
  enum class Unit : std::uint8_t {
    none,
    records,
    datagrams,
    growth,  ///< of layouts: a counter that grows, by how much is not known
    unsure,  ///< of NetFlow v9: taken as datagrams until votes say something else
  };

  struct Gap {
    std::uint32_t begin;
    std::uint32_t length;
    std::uint32_t opened;           ///< by messages_
    std::uint32_t undecoded_bytes;  ///< of the message right before it, which may have held some of it
  };

  void start(const SequencedMessage& message) noexcept;
  void restart(const SequencedMessage& message, SequenceCounts& counts) noexcept;
  void take_growth(const SequencedMessage& message, SequenceCounts& counts) noexcept;
  void take_next(const SequencedMessage& message, SequenceCounts& counts) noexcept;
  void take_late(const SequencedMessage& message, SequenceCounts& counts) noexcept;
  void learn(const SequencedMessage& message, SequenceCounts& counts) noexcept;
  void advance(const SequencedMessage& message) noexcept;

  [[nodiscard]] std::uint32_t units(const SequencedMessage& message) const noexcept;
  [[nodiscard]] bool booted(const SequencedMessage& message) const noexcept;
  [[nodiscard]] bool is_new_count(const SequencedMessage& message) const noexcept;
  [[nodiscard]] std::size_t gap_of(std::uint32_t sequence) const noexcept;

  void open(std::uint32_t length, SequenceCounts& counts) noexcept;
  void fill(std::size_t at, const SequencedMessage& message, SequenceCounts& counts) noexcept;
  void expire(SequenceCounts& counts) noexcept;
  void erase(std::size_t at) noexcept;
  void give_up(const Gap& gap, SequenceCounts& counts) noexcept;
  [[nodiscard]] bool is_believed() const noexcept;

  ExportFormat format_;
  Unit unit_;
  bool started_ = false;
  std::uint32_t first_ = 0;           ///< sequence number that the count began with
  std::uint32_t expected_ = 0;        ///< behind the highest message so far
  std::uint32_t largest_ = 1;         ///< units of the largest message so far
  std::uint32_t messages_ = 0;        ///< since the count began
  SequencedMessage previous_;         ///< the highest one so far
  std::array<Gap, kMaxGaps> gaps_{};  ///< in order of their numbers
  std::size_t gap_count_ = 0;

  // What is known of a NetFlow v9 exporter's step.
  std::uint32_t single_steps_ = 0;   ///< by one, behind a message that was not of one record
  std::uint32_t unclear_steps_ = 0;  ///< by one, where that says little
  std::uint32_t record_steps_ = 0;   ///< by the records of the message before, since a step by one
  std::uint64_t lost_if_believed_ = 0;
};

}  // namespace flowcef
