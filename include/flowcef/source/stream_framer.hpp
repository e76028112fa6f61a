// Cuts a byte stream into export messages by the lengths they state. Knows neither sockets nor files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "flowcef/core/byte_order.hpp"

namespace flowcef {

/// What to do where the message after an IPFIX message should begin and none does.
enum class IpfixDamage : std::uint8_t {
  refuse,  ///< a connection: the peer has lost count, nothing that follows can be trusted
  resync,  ///< a file: search for the next message
};

/// Takes IPFIX and NetFlow v1, v5, v7 back to back: IPFIX states its length, the others their number of records of
/// fixed size. Where no message begins, bytes are skipped up to the next header that can be one: version as before
/// the damage, length in range, and what follows the message begins one as well, or has not come yet. Damage that
/// a header does not show (a wrong length within range) costs the message it is found after.
/// NetFlow v9 and others state no length, so no stream can carry them.
/// Use: write up to room().size() bytes there, commit() them, then next() until it is starved.
/// Lifetime: messages view the framer's buffer until room() is called or it is destroyed. The buffer holds the
///           largest message and one read; pages that are never used take no memory.
/// Thread:   one
/// Source:   RFC 7011 sections 3.1, 9.1 and 10.4, RFC 5655 section 7.1
class StreamFramer {
 public:
  static constexpr std::size_t kMaxMessage = 65535;
  static constexpr std::size_t kReadBytes = std::size_t{16} * 1024;

  enum class Status : std::uint8_t {
    message,
    starved,  ///< takes more bytes, or, after end_input(), has nothing left
    refused,  ///< the stream must be given up; refusal() says why
  };

  explicit StreamFramer(IpfixDamage ipfix_damage);

  /// Returns: where the next bytes belong; at least kReadBytes when next() was starved before.
  [[nodiscard]] std::span<std::uint8_t> room() noexcept;
  void commit(std::size_t bytes) noexcept { end_ += bytes; }
  /// No more bytes come: what waits for them is skipped.
  void end_input() noexcept { ended_ = true; }

  /// Input: `message` is set when the status is message.
  [[nodiscard]] Status next(Bytes& message) noexcept;

  /// Returns: what has not been handed on or skipped.
  [[nodiscard]] Bytes unread() const noexcept { return Bytes(buffer_.get(), end_).subspan(begin_); }
  /// Returns: bytes handed on or skipped so far, which is where unread() stands in the stream.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] std::uint64_t skips() const noexcept { return skips_; }  ///< runs of bytes that belong to no message
  [[nodiscard]] std::uint64_t skipped_bytes() const noexcept { return skipped_bytes_; }
  /// Returns: bytes skipped since the last message, or since the stream began.
  [[nodiscard]] std::uint64_t skipped_in_a_row() const noexcept { return skipped_in_a_row_; }
  [[nodiscard]] bool has_begun() const noexcept { return version_ != 0; }  ///< a message has come
  /// Returns: whether the last message of the stream lacks its end.
  [[nodiscard]] bool is_cut() const noexcept { return ended_ && is_cut_; }
  /// Returns: for the user; empty unless next() has refused.
  [[nodiscard]] std::string_view refusal() const noexcept { return refusal_; }

 private:
  [[nodiscard]] Status take(std::size_t length, Bytes& message) noexcept;
  [[nodiscard]] Status lose_step() noexcept;
  [[nodiscard]] Status search(Bytes& message) noexcept;
  [[nodiscard]] Status refuse(std::string_view reason) noexcept;
  void skip(std::size_t bytes) noexcept;

  IpfixDamage ipfix_damage_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t begin_ = 0;  ///< unread part of the buffer
  std::size_t end_ = 0;
  std::uint64_t position_ = 0;
  std::uint64_t skips_ = 0;
  std::uint64_t skipped_bytes_ = 0;
  std::uint64_t skipped_in_a_row_ = 0;
  std::uint16_t version_ = 0;  ///< of the last message, 0: none yet
  bool in_step_ = true;        ///< the next message begins where the last one ended
  bool ended_ = false;
  bool is_cut_ = false;
  std::string_view refusal_;
};

}  // namespace flowcef
