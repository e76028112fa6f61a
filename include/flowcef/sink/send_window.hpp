// Lines on their way over one stream connection after another: what is to be written, what the receiver has
// acknowledged, and what is kept to be sent again. It knows no socket, no TLS and no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "flowcef/map/line_batch.hpp"
#include "flowcef/sink/parcel.hpp"

namespace flowcef {

/// Batches one behind the other make one stream of bytes, in which there are, in this order,
///
///     kept <= acknowledged <= written <= end
///
/// A connection begins at `kept`, at the start of a line. What is acknowledged counts as delivered, but stays for as long
/// as keep() says, since the receiving process may not have read it yet.
/// Thread: one.
class SendWindow {
 public:
  struct Lines {
    std::size_t lines = 0;
    std::size_t bytes = 0;  ///< of their frames
  };
  using Release = std::function<void(const LineBatch&)>;

  /// Input: `release` is told of every batch that is let go of.
  explicit SendWindow(Release release) : release_(std::move(release)) {}
  ~SendWindow();
  SendWindow(const SendWindow&) = delete;
  SendWindow& operator=(const SendWindow&) = delete;

  /// Input: the next batch; not empty.
  void append(BatchRef batch) { append(Parcel{.batch = std::move(batch)}); }
  void append(Parcel parcel);
  /// Forgets everything.
  /// Returns: what a connection would have begun with, which is not released.
  [[nodiscard]] std::vector<Parcel> take_all();

  /// A connection begins: written and acknowledged go back to what is kept.
  void begin_connection();
  /// Returns:  what follows what is written, as far as it lies in one batch, at most so much; empty if all is written.
  /// Lifetime: until the line is acknowledged on this connection or settled, and let go of.
  [[nodiscard]] std::string_view to_write(std::size_t most) const;
  /// Returns: how many lines are now wholly written that had been before, on another connection.
  std::size_t wrote(std::size_t bytes);
  /// Input:   bytes of this connection, since its beginning, that are acknowledged; at most those written.
  /// Returns: the lines that were not acknowledged before.
  Lines acknowledged(std::uint64_t bytes);
  /// Lets go of what is acknowledged on this connection, but for its last `bytes`, up to the start of a line.
  void keep(std::size_t bytes);

  /// The oldest lines that are not settled, for those who have no acknowledgements to wait for.
  struct Front {
    BatchRef batch;  ///< null: there are none
    std::size_t first_line = 0;
  };
  [[nodiscard]] Front front() const;
  /// Settles the oldest lines of front().batch, and lets go of all before them.
  void settle(std::size_t lines);

  /// Returns: lines that were neither acknowledged nor settled.
  [[nodiscard]] std::size_t unsettled() const noexcept { return unsettled_; }
  [[nodiscard]] bool all_written() const noexcept { return written_ == end_; }
  /// Returns: bytes written on this connection.
  [[nodiscard]] std::uint64_t written() const noexcept { return written_ - begin_; }
  /// Returns: bytes of this connection that are acknowledged.
  [[nodiscard]] std::uint64_t acknowledged() const noexcept { return acknowledged_ - begin_; }
  /// Returns: bytes of this connection that are no longer kept.
  [[nodiscard]] std::uint64_t passed() const noexcept { return kept_ - begin_; }
  /// Returns: bytes of this connection up to the end of the line that the byte at `bytes` is in, or of the last there is.
  [[nodiscard]] std::uint64_t line_end(std::uint64_t bytes) const;

 private:
  /// A batch from one of its lines on. Lines are numbered as in the batch.
  struct Piece {
    BatchRef batch;
    std::size_t first_line;
    std::uint64_t begin;  ///< in the stream
    std::size_t settled;  ///< first line that is not
    std::size_t written;  ///< first line that never was wholly written

    [[nodiscard]] std::size_t offset() const noexcept;  ///< of first_line in the batch
    [[nodiscard]] std::uint64_t end() const noexcept { return begin + batch->bytes().size() - offset(); }
    /// Returns: number of the first line that does not end at or before `position`.
    [[nodiscard]] std::size_t line_at(std::uint64_t position) const;
    [[nodiscard]] std::uint64_t begin_of(std::size_t line) const noexcept;
  };

  /// Returns: index of the piece that holds the byte at `position`; pieces_.size() at the end.
  [[nodiscard]] std::size_t piece_at(std::uint64_t position) const;
  void let_go_before(std::uint64_t position);

  Release release_;
  std::deque<Piece> pieces_;
  std::uint64_t kept_ = 0;
  std::uint64_t begin_ = 0;  ///< of this connection
  std::uint64_t acknowledged_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t end_ = 0;
  std::size_t unsettled_ = 0;
};

}  // namespace flowcef
