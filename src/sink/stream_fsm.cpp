#include "flowcef/sink/stream_fsm.hpp"

#include <algorithm>
#include <cassert>

namespace flowcef {

using Kind = StreamAction::Kind;

StreamAction StreamFsm::start(TimePoint now) {
  return enter(StreamState::resolving, now + timeouts_.connect, {Kind::resolve});
}

StreamAction StreamFsm::resolved(std::size_t addresses, TimePoint now) {
  if (state_ != StreamState::resolving) return {};
  addresses_ = addresses;
  return addresses == 0 ? retry_later(now) : connect(0, now);
}

StreamAction StreamFsm::connected(TimePoint now) {
  if (state_ != StreamState::connecting) return {};
  if (secure_) return enter(StreamState::securing, now + timeouts_.connect, {Kind::secure});
  return open(now);
}

StreamAction StreamFsm::connect_failed(TimePoint now) {
  if (state_ != StreamState::connecting) return {};
  return address_ + 1 < addresses_ ? connect(address_ + 1, now) : retry_later(now);
}

StreamAction StreamFsm::secured(TimePoint now) {
  return state_ == StreamState::securing ? open(now) : StreamAction{};
}

StreamAction StreamFsm::loaded(FrameCursor batch, TimePoint now) {
  assert(state_ == StreamState::open && cursor_.done() && !batch.done());
  cursor_ = batch;
  return write(now);
}

StreamAction StreamFsm::wrote(std::size_t bytes, TimePoint now) {
  completed_ = {};
  if (state_ != StreamState::open) return {};
  completed_ = cursor_.advance(bytes);
  if (!cursor_.done()) return write(now);
  cursor_ = {};  // the driver lets go of the batch that it views
  return enter(StreamState::open, std::nullopt, {Kind::fetch});
}

StreamAction StreamFsm::lost(TimePoint now) {
  switch (state_) {
    case StreamState::open:
      if (now - opened_at_ >= kSettledAfter) backoff_.reset();
      cursor_.rewind();
      return retry_later(now);
    case StreamState::connecting:
    case StreamState::securing:
      return retry_later(now);
    case StreamState::closing:
      return finish();
    default:
      return {};
  }
}

StreamAction StreamFsm::timer(TimePoint now) {
  if (state_ == StreamState::finished) return {};
  if (stop_at_ && now >= *stop_at_) return finish();
  if (!deadline_ || now < *deadline_) return {};
  switch (state_) {
    case StreamState::resolving:
      return retry_later(now);
    case StreamState::connecting:
      return connect_failed(now);
    case StreamState::waiting:
      return start(now);
    default:
      return lost(now);
  }
}

StreamAction StreamFsm::stop(TimePoint deadline, TimePoint now) {
  stop_at_ = deadline;
  return timer(now);
}

StreamAction StreamFsm::leave(TimePoint deadline, TimePoint now) {
  leaving_ = true;
  return state_ == StreamState::open ? stop(deadline, now) : finish();
}

StreamAction StreamFsm::drained(TimePoint now) {
  assert(cursor_.done());
  switch (state_) {
    case StreamState::open:
      return enter(StreamState::closing, now + kCloseWait, {Kind::close});
    case StreamState::closing:
    case StreamState::finished:
      return {};
    default:
      return finish();
  }
}

std::optional<StreamFsm::TimePoint> StreamFsm::deadline() const noexcept {
  if (state_ == StreamState::finished) return std::nullopt;
  if (deadline_ && stop_at_) return std::min(*deadline_, *stop_at_);
  return deadline_ ? deadline_ : stop_at_;
}

StreamAction StreamFsm::enter(StreamState state, std::optional<TimePoint> deadline, StreamAction action) {
  state_ = state;
  deadline_ = deadline;
  return action;
}

StreamAction StreamFsm::connect(std::size_t address, TimePoint now) {
  address_ = address;
  return enter(StreamState::connecting, now + timeouts_.connect, {Kind::connect, address});
}

StreamAction StreamFsm::open(TimePoint now) {
  opened_at_ = now;
  if (!cursor_.done()) return write(now);
  return enter(StreamState::open, std::nullopt, {Kind::fetch});
}

StreamAction StreamFsm::write(TimePoint now) {
  return enter(StreamState::open, now + timeouts_.write, {Kind::write});
}

StreamAction StreamFsm::retry_later(TimePoint now) {
  if (leaving_) return finish();
  wait_ = backoff_.next();
  return enter(StreamState::waiting, now + wait_, {Kind::disconnect});
}

StreamAction StreamFsm::finish() {
  return enter(StreamState::finished, std::nullopt, {Kind::finish});
}

}  // namespace flowcef
