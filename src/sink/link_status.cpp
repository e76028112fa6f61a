#include "flowcef/sink/link_status.hpp"

namespace flowcef {

std::string_view to_string(LinkState state) {
  switch (state) {
    case LinkState::starting:
      return "starting";
    case LinkState::resolving:
      return "resolving";
    case LinkState::connecting:
      return "connecting";
    case LinkState::securing:
      return "securing";
    case LinkState::open:
      return "open";
    case LinkState::stalled:
      return "stalled";
    case LinkState::waiting:
      return "waiting";
    case LinkState::closing:
      return "closing";
    case LinkState::closed:
      return "closed";
  }
  return "unknown";
}

bool is_trying(LinkState state) {
  switch (state) {
    case LinkState::resolving:
    case LinkState::connecting:
    case LinkState::securing:
    case LinkState::waiting:
      return true;
    case LinkState::starting:
    case LinkState::open:
    case LinkState::stalled:
    case LinkState::closing:
    case LinkState::closed:
      break;
  }
  return false;
}

void LinkNotes::enter(LinkState state) {
  const std::lock_guard lock(mutex_);
  const bool goes_on = status_.state == state || (is_trying(status_.state) && is_trying(state));
  status_.state = state;
  if (goes_on && status_.since != LinkStatus::Time{}) return;
  status_.since = std::chrono::system_clock::now();
}

void LinkNotes::target(std::string host_and_port) {
  const std::lock_guard lock(mutex_);
  status_.target = std::move(host_and_port);
}

void LinkNotes::peer(std::string address, std::string protocol) {
  const std::lock_guard lock(mutex_);
  status_.peer = std::move(address);
  status_.protocol = std::move(protocol);
}

void LinkNotes::error(std::string text) {
  const std::lock_guard lock(mutex_);
  status_.error = std::move(text);
  status_.error_at = std::chrono::system_clock::now();
}

void LinkNotes::certificate_expires(std::optional<LinkStatus::Time> time) {
  const std::lock_guard lock(mutex_);
  status_.certificate_expires = time;
}

LinkStatus LinkNotes::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace flowcef
