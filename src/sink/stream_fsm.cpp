#include "flowcef/sink/stream_fsm.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace flowcef {
namespace {

using Kind = StreamAction::Kind;

/// What a TLS record may hold back: a receiver can use it only as a whole. RFC 8446 section 5.2.
constexpr std::uint64_t kTlsRecord = (std::uint64_t{1} << 14) + 256 + 5;

}  // namespace

StreamAction StreamFsm::start(TimePoint now) {
  window_.begin_connection();  // what another machine wrote is not out on this one's
  return enter(LinkState::resolving, now + settings_.connect_timeout, {Kind::resolve});
}

StreamAction StreamFsm::resolved(std::size_t addresses, TimePoint now) {
  if (state_ != LinkState::resolving) return {};
  addresses_ = addresses;
  return addresses == 0 ? try_next(now) : connect(0, now);
}

StreamAction StreamFsm::connected(TimePoint now) {
  if (state_ != LinkState::connecting) return {};
  if (settings_.secure) return enter(LinkState::securing, now + settings_.connect_timeout, {Kind::secure});
  return open(now);
}

StreamAction StreamFsm::connect_failed(TimePoint now) {
  if (state_ != LinkState::connecting) return {};
  return address_ + 1 < addresses_ ? connect(address_ + 1, now) : try_next(now);
}

StreamAction StreamFsm::secured(TimePoint now) {
  return state_ == LinkState::securing ? open(now) : StreamAction{};
}

StreamAction StreamFsm::loaded(TimePoint now) {
  return is_open() ? go_on(now) : StreamAction{};
}

void StreamFsm::wrote(std::size_t bytes) {
  if (is_open()) repeated_ += window_.wrote(bytes);
}

std::string_view StreamFsm::to_write(std::size_t most) {
  if (!is_open()) return {};
  const std::string_view bytes = window_.to_write(static_cast<std::size_t>(std::min<std::uint64_t>(most, writable())));
  offered_ = std::max(offered_, window_.written() + bytes.size());
  return bytes;
}

StreamAction StreamFsm::progress(const StreamProgress& progress, TimePoint now) {
  if (!is_open() && !is_closing()) return {};
  take_in(progress, now);
  look_later(now);
  if (is_closing()) return {};
  state_ = progress.stalled ? LinkState::stalled : LinkState::open;
  if (is_pending() && now - progress_at_ >= settings_.peer_timeout) return connection_ended(StreamEnd::none, now);
  return go_on(now);
}

StreamAction StreamFsm::probed(bool reachable, TimePoint now) {
  const bool asked = is_open() && receiver_ > 0 && !failback_.probe_at() && !stop_at_;
  if (!asked || !failback_.probed(reachable, now) || !accepted_) return {};
  failback_.end();
  ends_at_ = offered_ == 0 ? 0 : window_.line_end(offered_ - 1);
  return go_on(now);
}

void StreamFsm::take_in(const StreamProgress& progress, TimePoint now) {
  const bool moved = progress.wire > wire_;
  // Between two looks the window may have been larger than at either of them, but its end never was beyond this one.
  largest_window_ = std::max(largest_window_, progress.wire + progress.send_window - wire_);
  widest_ = std::max(widest_, progress.send_window);
  wire_ = progress.wire;
  if (moved || (progress.stalled && !settings_.others) || !is_pending()) progress_at_ = now;
  look_wait_ = moved ? kLookMin : std::min(look_wait_ * 2, kLookMax);

  accepted_ = accepted_ || progress.accepted || now - opened_at_ >= settings_.accepted_after;
  if (!accepted_) return;
  const SendWindow::Lines lines = window_.acknowledged(progress.plaintext);
  settled_.lines += lines.lines;
  settled_.bytes += lines.bytes;
  const std::uint64_t replay =
      settings_.replay_acked.value_or(std::min<std::uint64_t>(unread_at_most(), settings_.replay_max_bytes));
  window_.keep(replay);
}

/// Returns: bytes that the peer can have acknowledged without its process having read them.
std::uint64_t StreamFsm::unread_at_most() const noexcept {
  // A kernel announces room for what fits for certain: on Linux half its buffer, which may come to hold more when bytes
  // arrive densely packed and nobody reads them.
  return 2 * largest_window_ + (settings_.secure ? kTlsRecord : 0);
}

bool StreamFsm::replay_is_capped() const noexcept {
  return !settings_.replay_acked && unread_at_most() > settings_.replay_max_bytes;
}

StreamAction StreamFsm::lost(StreamEnd end, TimePoint now) {
  switch (state_) {
    case LinkState::open:
    case LinkState::stalled:
    case LinkState::closing:
      return connection_ended(end, now);
    case LinkState::connecting:
    case LinkState::securing:
      return try_next(now);
    default:
      return {};
  }
}

/// All that a connection leaves behind, whoever ended it.
StreamAction StreamFsm::connection_ended(StreamEnd end, TimePoint now) {
  const bool farewell = is_farewell();
  const bool read_to_end = is_closing() && end == StreamEnd::orderly && window_.acknowledged() == window_.written();
  if (read_to_end) window_.keep(0);
  const std::uint64_t acknowledged = window_.acknowledged();
  const bool got_on = window_.passed() > 0;
  const bool settled = now - opened_at_ >= kSettledAfter && accepted_;
  window_.begin_connection();
  if (settled) backoff_.reset();
  if (receiver_ == 0) failback_.first_is_gone(end == StreamEnd::none);

  ShortConnections& shorts = short_[receiver_];
  if (read_to_end) {
    if (farewell || leaving_) return finish();
    if (shorts.active()) shorts.read_to_end(2 * widest_);
    backoff_.reset();
    if (ends_at_) receiver_ = 0;
    return start(now);
  }
  // Some receivers end every connection by a reset: what may be unread goes once more then, and not again and again.
  if (farewell && std::exchange(reset_at_farewell_, true)) return finish();
  shorts.broke(acknowledged, got_on);
  const bool first_follows = ends_at_ || (settled && end != StreamEnd::none && settings_.receivers > 1);
  return first_follows ? try_after(Milliseconds(0), 0, now) : try_next(now);
}

StreamAction StreamFsm::timer(TimePoint now) {
  if (state_ == LinkState::closed) return {};
  if (stop_at_ && now >= *stop_at_) return finish();
  if (deadline_ && now >= *deadline_) {
    switch (state_) {
      case LinkState::resolving:
        return try_next(now);
      case LinkState::connecting:
        return connect_failed(now);
      case LinkState::waiting:
        return start(now);
      case LinkState::closing:
        if (is_farewell()) return finish();
        [[fallthrough]];
      default:
        return lost(StreamEnd::none, now);
    }
  }
  if (look_at_ && now >= *look_at_) {
    look_at_.reset();
    return {Kind::look};
  }
  if (failback_.probe_at() && now >= *failback_.probe_at()) {
    failback_.probing();
    return {Kind::probe};
  }
  return {};
}

StreamAction StreamFsm::stop(TimePoint deadline, TimePoint now) {
  stop_at_ = deadline;
  failback_.end();
  if (settings_.others) {
    settings_.peer_timeout =
        std::min(settings_.peer_timeout, std::chrono::duration_cast<Milliseconds>((deadline - now) / 2));
  }
  return timer(now);
}

StreamAction StreamFsm::leave(TimePoint deadline, TimePoint now) {
  leaving_ = true;
  return is_open() || is_closing() ? stop(deadline, now) : finish();
}

StreamAction StreamFsm::drained(TimePoint now) {
  drained_ = true;
  if (is_open()) return go_on(now);
  // Without anything to send, again or for the first time, no other attempt is needed.
  if (is_closing() || state_ == LinkState::closed || !window_.all_written()) return {};
  return finish();
}

std::optional<StreamFsm::TimePoint> StreamFsm::deadline() const noexcept {
  if (state_ == LinkState::closed) return std::nullopt;
  std::optional<TimePoint> earliest = deadline_;
  for (const auto& other : {look_at_, failback_.probe_at(), stop_at_}) {
    if (other && (!earliest || *other < *earliest)) earliest = other;
  }
  return earliest;
}

StreamAction StreamFsm::enter(LinkState state, std::optional<TimePoint> deadline, StreamAction action) {
  state_ = state;
  deadline_ = deadline;
  look_at_.reset();
  failback_.end();
  return action;
}

StreamAction StreamFsm::connect(std::size_t address, TimePoint now) {
  address_ = address;
  return enter(LinkState::connecting, now + settings_.connect_timeout, {Kind::connect, address});
}

StreamAction StreamFsm::open(TimePoint now) {
  opened_at_ = progress_at_ = now;
  accepted_ = !settings_.secure;
  wire_ = largest_window_ = widest_ = offered_ = 0;
  ends_at_.reset();
  look_wait_ = kLookMin;
  enter(LinkState::open, std::nullopt, {});
  look_at_ = now;
  if (receiver_ > 0 && !stop_at_) failback_.begin(now);
  return go_on(now);
}

StreamAction StreamFsm::go_on(TimePoint now) {
  assert(is_open());
  if (is_pending() && !look_at_) {
    progress_at_ = now;
    look_later(now);
  }
  if (ends_here()) return close(now);
  if (!window_.all_written()) return writable() > 0 ? StreamAction{Kind::write} : StreamAction{};
  if (!drained_) return {Kind::fetch};
  return window_.acknowledged() == window_.written() ? close(now) : StreamAction{};
}

/// Returns: bytes that may go out on this connection beyond those that are written.
std::uint64_t StreamFsm::writable() const {
  std::uint64_t limit = accepted_ ? std::numeric_limits<std::uint64_t>::max() : kBeforeAccepted;
  const ShortConnections& shorts = short_[receiver_];
  if (shorts.active()) limit = std::min(limit, window_.line_end(shorts.limit() - 1));
  limit = std::min(limit, ends_at_.value_or(limit));
  return limit - std::min(limit, window_.written());
}

/// Returns: whether the next connection gets what follows.
bool StreamFsm::ends_here() const {
  if (!accepted_ || writable() > 0) return false;
  return ends_at_ || (short_[receiver_].active() && !window_.all_written());
}

/// Returns: whether the peer has something to acknowledge or to accept.
bool StreamFsm::is_pending() const noexcept {
  return !accepted_ || !window_.all_written() || window_.acknowledged() < window_.written();
}

/// Returns: whether the connection is closed because nothing follows, and not for the next one.
bool StreamFsm::is_farewell() const {
  return is_closing() && drained_ && window_.all_written();
}

void StreamFsm::look_later(TimePoint now) {
  if (is_pending()) {
    look_at_ = now + look_wait_;
  } else {
    look_at_.reset();
    look_wait_ = kLookMin;
  }
}

StreamAction StreamFsm::close(TimePoint now) {
  enter(LinkState::closing, std::nullopt, {});
  deadline_ = now + (is_farewell() ? Milliseconds(kCloseWait)
                     : ends_at_    ? Milliseconds(kSwitchWait)
                                   : settings_.peer_timeout);
  look_later(now);
  return {Kind::close};
}

/// This receiver has failed.
StreamAction StreamFsm::try_next(TimePoint now) {
  const bool last = receiver_ + 1 == settings_.receivers;
  return last ? try_after(backoff_.next(), 0, now) : try_after(Milliseconds(0), receiver_ + 1, now);
}

StreamAction StreamFsm::try_after(Milliseconds wait, std::size_t receiver, TimePoint now) {
  if (leaving_) return finish();
  wait_ = wait;
  receiver_ = receiver;
  return enter(LinkState::waiting, now + wait_, {Kind::disconnect});
}

StreamAction StreamFsm::finish() {
  return enter(LinkState::closed, std::nullopt, {Kind::finish});
}

}  // namespace flowcef
