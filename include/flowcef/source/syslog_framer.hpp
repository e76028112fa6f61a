// Cuts a byte stream into syslog messages. Knows neither sockets nor what a message says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "flowcef/core/byte_order.hpp"

namespace flowcef {

/// Takes messages with a count of their octets in front (`17 <34>...`) and messages that end in LF, NUL or CR LF. Each
/// tells by its beginning which it is, so that a stream may change between them:
///   - one to seven digits, the first not 0, and a blank are a count if `<` follows, or if the message before had a count;
///   - anything else is a line, so also `2026-11-22 ...`, `1795305600 ...` and `404 not found`.
/// What is between messages, of LF, CR and NUL, is passed over. A line that nothing ends is taken at the stream's end; a
/// counted message that lacks its end is not, as it may be cut anywhere.
/// Of a message above kMaxMessage bytes only the beginning is handed on; the rest is skipped and counted.
/// A sender whose counts are wrong loses what follows, up to the next LF or NUL.
/// Any bytes are messages. How the stream is cut into reads changes nothing.
/// Use: write up to room().size() bytes there, commit() them, then next() until there is none.
/// Lifetime: messages view the framer's buffer until room() is called or it is destroyed. The buffer holds the
///           largest message and one read; pages that are never used take no memory.
/// Thread:   one
/// Source:   RFC 6587 sections 3.4.1 (octet counting) and 3.4.2 (non-transparent framing)
class SyslogFramer {
 public:
  static constexpr std::size_t kMaxMessage = 65535;
  static constexpr std::size_t kReadBytes = std::size_t{16} * 1024;

  SyslogFramer();

  /// Returns: where the next bytes belong; at least kReadBytes once there was no message.
  [[nodiscard]] std::span<std::uint8_t> room() noexcept;
  void commit(std::size_t bytes) noexcept { end_ += bytes; }
  /// No more bytes come: what waits for them is a line, or skipped.
  void end_input() noexcept { ended_ = true; }

  /// Returns: false if there is none that is whole; `message` is never empty.
  [[nodiscard]] bool next(Bytes& message) noexcept;

  /// Returns: what has not been handed on, passed over or skipped.
  [[nodiscard]] Bytes unread() const noexcept { return Bytes(buffer_.get(), end_).subspan(begin_); }
  /// Returns: where unread() stands in the stream.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] std::uint64_t skips() const noexcept { return skips_; }  ///< messages that were cut, or lack their end
  [[nodiscard]] std::uint64_t skipped_bytes() const noexcept { return skipped_bytes_; }  ///< of those messages

 private:
  enum class State : std::uint8_t { between, in_line, in_counted, past_line, past_counted };

  [[nodiscard]] bool begin_message() noexcept;
  [[nodiscard]] bool take_line(Bytes& message) noexcept;
  [[nodiscard]] bool take_counted(Bytes& message) noexcept;
  [[nodiscard]] bool skip_line() noexcept;
  [[nodiscard]] bool skip_counted() noexcept;
  void pass(std::size_t bytes) noexcept;
  void skip(std::size_t bytes) noexcept;

  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t begin_ = 0;  ///< unread part of the buffer
  std::size_t end_ = 0;
  std::size_t scanned_ = 0;  ///< of a line: unread bytes that do not end it
  std::size_t left_ = 0;     ///< of a counted message: bytes that are its own
  std::uint64_t position_ = 0;
  std::uint64_t skips_ = 0;
  std::uint64_t skipped_bytes_ = 0;
  State state_ = State::between;
  bool counted_ = false;  ///< the message before had a count
  bool ended_ = false;
};

}  // namespace flowcef
