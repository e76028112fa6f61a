// What one connection of an output is doing, for people: its state, whom it talks to, what went wrong last.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace flowcef {

enum class LinkState : std::uint8_t {
  starting,
  resolving,
  connecting,
  securing,  ///< TLS handshake
  open,
  stalled,  ///< the receiver's machine answers, but takes nothing
  waiting,  ///< for the next attempt
  closing,  ///< has said goodbye, waits for the receiver's
  closed,
};

/// Returns: the enumerator's name.
[[nodiscard]] std::string_view to_string(LinkState state);

/// Returns: whether it is on the way to a receiver, or waits to try again.
[[nodiscard]] bool is_trying(LinkState state);

struct LinkStatus {
  using Time = std::chrono::system_clock::time_point;

  LinkState state = LinkState::starting;
  Time since{};          ///< in this state; trying to reach a receiver is one, however many attempts it takes
  std::string target;    ///< `host:port` of the latest attempt; empty: the output has but one
  std::string peer;      ///< address of the latest attempt
  std::string protocol;  ///< `tcp`, `TLSv1.3`; empty before the first connection
  std::string error;     ///< the latest; empty: none so far
  Time error_at{};
  std::optional<Time> certificate_expires;  ///< the receiver's, of the latest handshake
};

/// Where a driver notes it. Thread: any.
class LinkNotes {
 public:
  /// Only a state that is another one, as LinkStatus::since has it, begins a new `since`.
  void enter(LinkState state);
  void target(std::string host_and_port);
  void peer(std::string address, std::string protocol);
  void error(std::string text);
  void certificate_expires(std::optional<LinkStatus::Time> time);
  [[nodiscard]] LinkStatus status() const;

 private:
  mutable std::mutex mutex_;
  LinkStatus status_;
};

}  // namespace flowcef
