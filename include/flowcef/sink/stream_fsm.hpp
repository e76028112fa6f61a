// The life of a stream connection (TCP, TLS) as a state machine: what happened goes in, what to do comes out.
// It knows no socket, no TLS and no clock; time is a parameter.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "flowcef/sink/backoff.hpp"
#include "flowcef/sink/frame_cursor.hpp"

namespace flowcef {

enum class StreamState : std::uint8_t {
  idle,  ///< not started
  resolving,
  connecting,
  securing,  ///< TLS handshake
  open,
  waiting,  ///< for the next attempt
  closing,  ///< has said goodbye, waits for the peer's end
  finished,
};

/// What the driver has to do. It reports the outcome as the next event.
struct StreamAction {
  enum class Kind : std::uint8_t {
    none,        ///< wait for the next event
    resolve,     ///< look the host up; then resolved()
    connect,     ///< drop any attempt and try address number `address`; then connected() or connect_failed()
    secure,      ///< do the TLS handshake; then secured()
    fetch,       ///< get the next batch; then loaded() if there is one now, or once there is one
    write,       ///< send the batch from cursor().position() on; then wrote()
    disconnect,  ///< drop the connection
    close,       ///< send close_notify and FIN, go on reading; the peer's end is lost()
    finish,      ///< drop the connection; nothing more will be asked
  };
  Kind kind = Kind::none;
  std::size_t address = 0;

  friend bool operator==(const StreamAction&, const StreamAction&) = default;
};

struct StreamTimeouts {
  std::chrono::milliseconds connect;  ///< for the look-up, for each address, and for the handshake
  std::chrono::milliseconds write;    ///< without any progress
};

/// Call start(), do what the action says, report what happened, and so on. Whenever deadline() is past, call
/// timer(). Thread: one.
class StreamFsm {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// A connection that lived this long makes the next wait a short one again. Less would let a peer that
  /// accepts and then refuses (TLS 1.3 client certificate, load balancer without a server) be tried without
  /// pause.
  static constexpr std::chrono::seconds kSettledAfter{5};
  /// How long the peer's end is waited for at an orderly close.
  static constexpr std::chrono::seconds kCloseWait{1};

  /// Input: `secure`: a handshake comes between connect and the first write.
  StreamFsm(StreamTimeouts timeouts, Backoff backoff, bool secure)
      : timeouts_(timeouts), backoff_(backoff), secure_(secure) {}

  StreamAction start(TimePoint now);
  /// Input: number of addresses found; 0: the look-up failed.
  StreamAction resolved(std::size_t addresses, TimePoint now);
  StreamAction connected(TimePoint now);
  StreamAction connect_failed(TimePoint now);
  StreamAction secured(TimePoint now);
  /// Input: the next batch, at its first line to send. Precondition: state open and cursor().done().
  /// Lifetime: what `batch` views is viewed until cursor().done().
  StreamAction loaded(FrameCursor batch, TimePoint now);
  /// Input: bytes of the batch that are now out; 0: only bytes of TLS's own went out.
  StreamAction wrote(std::size_t bytes, TimePoint now);
  /// The peer ended or reset the connection, or a read, write or handshake failed.
  StreamAction lost(TimePoint now);
  StreamAction timer(TimePoint now);
  /// From now on drained() may be called, and all ends at `deadline`.
  StreamAction stop(TimePoint deadline, TimePoint now);
  /// The same without another attempt: what the connection does not take until then stays with cursor(), and without
  /// a connection all ends now.
  StreamAction leave(TimePoint deadline, TimePoint now);
  /// There is no batch in hand and none will come.
  StreamAction drained(TimePoint now);

  [[nodiscard]] StreamState state() const noexcept { return state_; }
  [[nodiscard]] const FrameCursor& cursor() const noexcept { return cursor_; }
  /// What the latest wrote() completed.
  [[nodiscard]] FrameCursor::Completed completed() const noexcept { return completed_; }
  /// When timer() is wanted; nothing: not at all.
  [[nodiscard]] std::optional<TimePoint> deadline() const noexcept;
  /// The latest wait that was drawn.
  [[nodiscard]] std::chrono::milliseconds wait() const noexcept { return wait_; }

 private:
  StreamAction enter(StreamState state, std::optional<TimePoint> deadline, StreamAction action);
  StreamAction connect(std::size_t address, TimePoint now);
  StreamAction open(TimePoint now);
  StreamAction write(TimePoint now);
  StreamAction retry_later(TimePoint now);
  StreamAction finish();

  StreamTimeouts timeouts_;
  Backoff backoff_;
  bool secure_;

  StreamState state_ = StreamState::idle;
  FrameCursor cursor_;
  FrameCursor::Completed completed_;
  std::size_t addresses_ = 0;
  std::size_t address_ = 0;
  TimePoint opened_at_{};
  std::chrono::milliseconds wait_{0};
  std::optional<TimePoint> deadline_;  ///< of the state
  std::optional<TimePoint> stop_at_;
  bool leaving_ = false;
};

}  // namespace flowcef
