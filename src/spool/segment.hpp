// What is known of one segment while the program runs: which of its records are unread, in somebody's hands, released.
// It reads and writes nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include "flowcef/spool/segment_format.hpp"
#include "flowcef/spool/spool_files.hpp"

namespace flowcef {

/// Records are taken in order, so that there are, in this order,
///
///     progress <= read <= end
///
/// Those between progress and read are in somebody's hands, or released out of turn. Lines are counted unsettled.
/// Thread: one at a time.
class Segment {
 public:
  /// Input: `progress` at or before `end`; `file_bytes`: size of the file, which may have lost its end.
  Segment(const SegmentHeader& header, const SegmentMark& progress, const SegmentMark& end, std::uint64_t file_bytes)
      : header_(header),
        progress_(progress),
        end_(end),
        read_(progress.offset),
        unread_lines_(end.lines - progress.lines),
        file_bytes_(file_bytes) {}

  [[nodiscard]] const SegmentHeader& header() const noexcept { return header_; }
  [[nodiscard]] const SegmentMark& progress() const noexcept { return progress_; }
  [[nodiscard]] const SegmentMark& end() const noexcept { return end_; }
  [[nodiscard]] std::uint64_t read() const noexcept { return read_; }
  [[nodiscard]] std::uint64_t unread_bytes() const noexcept { return end_.offset - read_; }
  [[nodiscard]] std::uint64_t unread_lines() const noexcept { return unread_lines_; }
  [[nodiscard]] std::uint64_t file_bytes() const noexcept { return file_bytes_; }
  /// Returns: whether nothing is unread or in somebody's hands.
  [[nodiscard]] bool all_released() const noexcept { return progress_.offset == end_.offset; }

  /// A record was written at the end.
  void append(std::uint64_t bytes, std::uint64_t lines) noexcept;
  /// The next unread record goes into somebody's hands. Input: `lines` at most unread_lines().
  void take(std::uint64_t bytes, std::uint64_t lines);
  /// So many bytes of unread records are gone, with so many lines.
  void skip(std::uint64_t bytes, std::uint64_t lines);
  /// Returns: whether that moved progress; it does not for what is not in somebody's hands.
  bool release(std::uint64_t offset);

  /// Whether more will be appended.
  bool open = false;
  /// Null: nobody needed it yet, or for a while.
  std::shared_ptr<SpoolFile> file;

 private:
  struct Taken {
    std::uint64_t offset;
    std::uint64_t lines;
    bool released;
  };

  SegmentHeader header_;
  SegmentMark progress_;
  SegmentMark end_;
  std::uint64_t read_;
  std::uint64_t unread_lines_;
  std::uint64_t file_bytes_;
  std::deque<Taken> taken_;
};

}  // namespace flowcef
