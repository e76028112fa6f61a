// What stands between the framed lines and a stream socket: nothing (TCP) or TLS. No layer knows the socket.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace flowcef {

/// For each connection a new one. Take bytes for the socket from next_output() and report them with sent();
/// give what the socket received to received().
/// Thread: one.
class StreamLayer {
 public:
  enum class Status : std::uint8_t {
    ok,
    secured,  ///< the handshake has just been completed
    closed,   ///< the peer said goodbye (close_notify)
    failed,   ///< see error()
  };

  virtual ~StreamLayer() = default;

  /// Begins the handshake, if there is one.
  virtual Status start() = 0;
  /// Input:    `plaintext` follows what was offered before. Precondition: next_output() is empty.
  /// Lifetime: `plaintext` is viewed until sent() has accounted for all of it.
  virtual void offer(std::string_view plaintext) = 0;
  /// Returns:  bytes for the socket; the same bytes again until sent().
  /// Lifetime: valid until sent().
  [[nodiscard]] virtual std::string_view next_output() = 0;
  /// Input:   how many of those bytes the socket took.
  /// Returns: how many more bytes of plaintext are wholly out.
  virtual std::size_t sent(std::size_t bytes) = 0;
  /// Input:   bytes of the connection that the peer's TCP has acknowledged, the layer's own among them; it grows.
  /// Returns: how many bytes of plaintext since the start are wholly within them.
  [[nodiscard]] virtual std::uint64_t plaintext_within(std::uint64_t wire_bytes) = 0;
  /// Returns: false while the peer may still refuse the connection, with all that was sent on it, for who we are.
  [[nodiscard]] virtual bool accepted() const = 0;
  virtual Status received(std::string_view bytes) = 0;
  /// Returns: when the peer's certificate expires; nothing if it has shown none.
  [[nodiscard]] virtual std::optional<std::chrono::system_clock::time_point> peer_certificate_expires() const {
    return std::nullopt;
  }
  /// Adds the layer's goodbye to the output.
  virtual void close() = 0;
  /// Returns: `tcp`, or the protocol version that was agreed on, such as `TLSv1.3`.
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::string error() const = 0;
};

/// Plain TCP: lines go out as they are, without a copy. What the peer sends is of no interest.
class PlainLayer final : public StreamLayer {
 public:
  Status start() override { return Status::ok; }
  void offer(std::string_view plaintext) override { rest_ = plaintext; }
  [[nodiscard]] std::string_view next_output() override { return rest_; }
  std::size_t sent(std::size_t bytes) override {
    rest_.remove_prefix(bytes);
    return bytes;
  }
  [[nodiscard]] std::uint64_t plaintext_within(std::uint64_t wire_bytes) override { return wire_bytes; }
  [[nodiscard]] bool accepted() const override { return true; }
  Status received(std::string_view) override { return Status::ok; }
  void close() override {}
  [[nodiscard]] std::string_view name() const override { return "tcp"; }
  [[nodiscard]] std::string error() const override { return {}; }

 private:
  std::string_view rest_;
};

}  // namespace flowcef
