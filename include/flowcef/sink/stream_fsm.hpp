// The life of a stream connection (TCP, TLS) as a state machine: what happened goes in, what to do comes out.
// It knows no socket, no TLS and no clock; time is a parameter.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "flowcef/sink/backoff.hpp"
#include "flowcef/sink/failback.hpp"
#include "flowcef/sink/link_status.hpp"
#include "flowcef/sink/send_window.hpp"
#include "flowcef/sink/short_connections.hpp"

namespace flowcef {

/// What the driver has to do. It reports the outcome as the next event.
struct StreamAction {
  enum class Kind : std::uint8_t {
    none,        ///< wait for the next event
    resolve,     ///< drop the connection and look up the host of receiver(); then resolved()
    connect,     ///< drop any attempt and try address number `address`; then connected() or connect_failed()
    secure,      ///< do the TLS handshake; then secured()
    fetch,       ///< add the next batch to the window; then loaded() if there is one now, or once there is one
    write,       ///< send what is to_write(); then wrote() and progress()
    look,        ///< see how far the connection is; then progress()
    probe,       ///< see whether the first receiver can be reached, beside the connection to another; then probed()
    disconnect,  ///< drop the connection
    close,       ///< send close_notify and FIN, go on reading; the peer's end is lost()
    finish,      ///< drop the connection; nothing more will be asked
  };
  Kind kind = Kind::none;
  std::size_t address = 0;

  friend bool operator==(const StreamAction&, const StreamAction&) = default;
};

struct StreamSettings {
  std::chrono::milliseconds connect_timeout;  ///< for the look-up, for each address, and for the handshake
  std::chrono::milliseconds peer_timeout;     ///< without any acknowledgement
  std::chrono::milliseconds accepted_after;   ///< of a handshake, if the peer says nothing
  bool secure;                                ///< a handshake comes between connect and the first write
  std::optional<std::size_t> replay_acked;    ///< as in SinkConfig
  std::size_t replay_max_bytes;
  std::size_t receivers = 1;                   ///< that are tried one after the other
  std::chrono::milliseconds failback_after{};  ///< as in SinkConfig
  bool others = false;  ///< could have the lines: who takes nothing for peer_timeout is given up, however alive
};

/// How far a connection is, at one moment.
struct StreamProgress {
  std::uint64_t wire = 0;         ///< bytes that the peer's TCP has acknowledged
  std::uint64_t plaintext = 0;    ///< bytes of lines that are wholly within them
  std::uint64_t send_window = 0;  ///< bytes that the peer would take beyond
  bool accepted = true;           ///< the peer can no longer refuse the connection for who we are
  bool stalled = false;           ///< the peer is alive, but its buffer is full
};

/// How the peer's part of a connection ended.
enum class StreamEnd : std::uint8_t {
  orderly,  ///< FIN: its process has read everything, or it would have been a reset
  broken,
  none,  ///< it did not, it is silent
};

/// Call start(), do what the action says, report what happened, and so on. Whenever deadline() is past, call
/// timer(). Before lost(), call progress() with the last there is to know.
/// Lines are acknowledged when progress() says so, which tells once how many lines that are in take_settled(); after a
/// connection the unacknowledged ones and the last of the others are sent again, see SendWindow.
///
/// Of several receivers, who fails is followed at once by the next; only after the last there is a wait, and then all
/// begins with the first. It does so as well, without a wait, after a connection that had lasted and then broke, which a
/// restart explains best. While another has the lines, the first is probed, and gets them once it is back: the
/// connection to the other is ended as one that is kept short, so that all on it was read.
/// Thread: one.
class StreamFsm {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Milliseconds = std::chrono::milliseconds;

  /// A connection that lived this long makes the next wait a short one again. Less would let a peer that
  /// accepts and then refuses (TLS 1.3 client certificate, load balancer without a server) be tried without
  /// pause.
  static constexpr std::chrono::seconds kSettledAfter{5};
  /// How long the peer's end is waited for at an orderly close.
  static constexpr std::chrono::seconds kCloseWait{1};
  /// The same where lines wait for the next receiver: those that may be unread rather go again.
  static constexpr std::chrono::seconds kSwitchWait{5};
  /// Between two looks while something is not acknowledged; the longer the less happens.
  static constexpr Milliseconds kLookMin{5};
  static constexpr Milliseconds kLookMax{100};
  /// Written at most before the peer has accepted the connection.
  static constexpr std::uint64_t kBeforeAccepted = std::uint64_t{1} << 20;

  /// Lifetime: keeps a reference to the window, which nobody else changes but by append().
  StreamFsm(const StreamSettings& settings, Backoff backoff, SendWindow& window)
      : settings_(settings),
        backoff_(backoff),
        window_(window),
        short_(settings.receivers),
        failback_(settings.failback_after) {}

  StreamAction start(TimePoint now);
  /// Input: number of addresses found; 0: the look-up failed.
  StreamAction resolved(std::size_t addresses, TimePoint now);
  StreamAction connected(TimePoint now);
  StreamAction connect_failed(TimePoint now);
  StreamAction secured(TimePoint now);
  /// The window has another batch, or there is one to fetch.
  StreamAction loaded(TimePoint now);
  /// Input: bytes to_write() that the socket took; 0: only bytes of TLS's own went out.
  void wrote(std::size_t bytes);
  StreamAction progress(const StreamProgress& progress, TimePoint now);
  /// Of the first receiver.
  StreamAction probed(bool reachable, TimePoint now);
  /// The peer ended or reset the connection, or a read, write or handshake failed.
  StreamAction lost(StreamEnd end, TimePoint now);
  StreamAction timer(TimePoint now);
  /// There will be no other batch, and all ends at `deadline`. Where others could have the lines, who takes nothing is
  /// given up while there is time for that.
  StreamAction stop(TimePoint deadline, TimePoint now);
  /// The same without another attempt: what the connection does not take until then stays in the window, and without
  /// a connection all ends now.
  StreamAction leave(TimePoint deadline, TimePoint now);
  /// The window gets no other batch.
  StreamAction drained(TimePoint now);

  /// Returns:  the next bytes for the connection, at most so many; empty if there are none. They have to go out, unless
  ///           the connection ends.
  /// Lifetime: until wrote() has accounted for them.
  [[nodiscard]] std::string_view to_write(std::size_t most);
  /// Returns: the number of the receiver that is tried or connected, from 0 in the order of preference.
  [[nodiscard]] std::size_t receiver() const noexcept { return receiver_; }
  [[nodiscard]] LinkState state() const noexcept { return state_; }
  /// Returns: open or stalled
  [[nodiscard]] bool is_open() const noexcept { return state_ == LinkState::open || state_ == LinkState::stalled; }
  [[nodiscard]] bool is_closing() const noexcept { return state_ == LinkState::closing; }
  /// Returns: false while a peer may still refuse the connection for who we are.
  [[nodiscard]] bool accepted() const noexcept { return accepted_; }
  /// Returns: lines that were acknowledged since the last call.
  SendWindow::Lines take_settled() { return std::exchange(settled_, {}); }
  /// Returns: lines that went out whole once more since the last call.
  std::size_t take_repeated() { return std::exchange(repeated_, 0); }
  /// When timer() is wanted; nothing: not at all.
  [[nodiscard]] std::optional<TimePoint> deadline() const noexcept;
  /// Before the latest attempt that was not the first; 0: it was to follow at once.
  [[nodiscard]] Milliseconds wait() const noexcept { return wait_; }
  /// Returns: whether replay_max_bytes is below what the peer may have acknowledged and not read.
  [[nodiscard]] bool replay_is_capped() const noexcept;
  /// Returns: whether connections to a receiver are ended by us again and again, see ShortConnections.
  [[nodiscard]] bool keeps_connections_short() const noexcept {
    return std::ranges::any_of(short_, &ShortConnections::active);
  }

 private:
  StreamAction enter(LinkState state, std::optional<TimePoint> deadline, StreamAction action);
  StreamAction connect(std::size_t address, TimePoint now);
  StreamAction open(TimePoint now);
  StreamAction go_on(TimePoint now);
  StreamAction close(TimePoint now);
  StreamAction connection_ended(StreamEnd end, TimePoint now);
  StreamAction try_next(TimePoint now);
  StreamAction try_after(Milliseconds wait, std::size_t receiver, TimePoint now);
  StreamAction finish();
  void take_in(const StreamProgress& progress, TimePoint now);
  [[nodiscard]] std::uint64_t writable() const;
  [[nodiscard]] bool ends_here() const;
  [[nodiscard]] bool is_pending() const noexcept;
  [[nodiscard]] bool is_farewell() const;
  [[nodiscard]] std::uint64_t unread_at_most() const noexcept;
  void look_later(TimePoint now);

  StreamSettings settings_;
  Backoff backoff_;
  SendWindow& window_;
  std::vector<ShortConnections> short_;  ///< by receiver
  Failback failback_;

  LinkState state_ = LinkState::starting;
  SendWindow::Lines settled_;
  std::size_t repeated_ = 0;
  std::size_t receiver_ = 0;
  std::size_t addresses_ = 0;
  std::size_t address_ = 0;
  TimePoint opened_at_{};
  Milliseconds wait_{0};
  std::optional<TimePoint> deadline_;  ///< of the state
  std::optional<TimePoint> look_at_;
  Milliseconds look_wait_{kLookMin};
  std::optional<TimePoint> stop_at_;
  bool drained_ = false;
  bool leaving_ = false;
  bool reset_at_farewell_ = false;  ///< has happened once

  // of this connection
  bool accepted_ = false;
  std::uint64_t offered_ = 0;             ///< bytes that to_write() gave, up to which the connection cannot be ended
  std::optional<std::uint64_t> ends_at_;  ///< bytes, so that the first receiver can have the rest
  TimePoint progress_at_{};
  std::uint64_t wire_ = 0;
  std::uint64_t largest_window_ = 0;  ///< at most
  std::uint64_t widest_ = 0;          ///< of the windows that were seen
};

}  // namespace flowcef
