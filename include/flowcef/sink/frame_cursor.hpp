// How far a batch has gone out: bytes on the wire against frames wholly on the wire.
#pragma once

#include <cstddef>
#include <span>

#include "flowcef/map/line_batch.hpp"

namespace flowcef {

/// Lifetime: views the index of the batch it was made for.
/// Thread:   one.
class FrameCursor {
 public:
  FrameCursor() = default;
  /// Input: `first_line`: where to begin, as those before it are out.
  explicit FrameCursor(std::span<const LineRef> lines, std::size_t first_line = 0) noexcept
      : lines_(lines), next_line_(first_line) {
    rewind();
  }

  /// Bytes of the batch that are out; the next byte to send.
  [[nodiscard]] std::size_t position() const noexcept { return position_; }
  /// First line whose frame is not wholly out.
  [[nodiscard]] std::size_t next_line() const noexcept { return next_line_; }
  [[nodiscard]] std::size_t lines_left() const noexcept { return lines_.size() - next_line_; }
  [[nodiscard]] std::size_t frame_begin() const noexcept {
    return next_line_ == 0 ? 0 : lines_[next_line_ - 1].frame_end;
  }
  [[nodiscard]] bool done() const noexcept { return next_line_ == lines_.size(); }
  /// Some but not all bytes of a frame are out.
  [[nodiscard]] bool cuts_line() const noexcept { return position_ != frame_begin(); }

  struct Completed {
    std::size_t lines = 0;
    std::size_t bytes = 0;  ///< of those lines' frames
  };

  /// Returns: the lines whose last byte is among the `bytes` that went out now.
  Completed advance(std::size_t bytes) noexcept {
    const std::size_t first = next_line_;
    const std::size_t begin = frame_begin();
    position_ += bytes;
    while (next_line_ < lines_.size() && lines_[next_line_].frame_end <= position_) ++next_line_;
    return {next_line_ - first, frame_begin() - begin};
  }

  /// Goes back to the start of a cut line, so that a new connection begins with it whole.
  void rewind() noexcept { position_ = frame_begin(); }

  /// Gives up the lines that are left.
  /// Returns: how many they were.
  std::size_t abandon() noexcept {
    const std::size_t left = lines_left();
    next_line_ = lines_.size();
    position_ = frame_begin();
    return left;
  }

 private:
  std::span<const LineRef> lines_;
  std::size_t position_ = 0;
  std::size_t next_line_ = 0;
};

}  // namespace flowcef
