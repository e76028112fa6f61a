// Puts fragmented IP packets together again, bounded in number, memory and capture time. Knows no clock.
#pragma once

#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

#include "flowcef/core/counter.hpp"
#include "flowcef/source/ip_packet.hpp"

namespace flowcef {

struct ReassemblyLimits {
  std::size_t max_packets = 1024;                                    ///< the oldest gives way
  std::size_t max_bytes = std::size_t{32} * 1024 * 1024;             ///< likewise
  std::chrono::nanoseconds ipv4_timeout = std::chrono::seconds(30);  ///< RFC 791 section 3.2 suggests 15
  std::chrono::nanoseconds ipv6_timeout = std::chrono::seconds(60);  ///< RFC 8200 section 4.5
};

/// Fragments may come in any order and repeat. One that overlaps another with different extent or content
/// makes the packet worthless, in IPv4 as in IPv6: nobody but an attacker sends such, and hosts disagree on
/// who wins. Thread: one. Source: RFC 791 section 3.2, RFC 815, RFC 5722, RFC 8200 section 4.5
class IpReassembler {
 public:
  explicit IpReassembler(ReassemblyLimits limits = {}) : limits_(limits) {}
  IpReassembler(const IpReassembler&) = delete;
  IpReassembler& operator=(const IpReassembler&) = delete;

  /// Input:    a fragment that was captured whole; `now_ns` is its capture time, at least 0
  /// Returns:  ok when the packet is complete, `packet` then being the whole; held, also for a repeat
  /// Errors:   bad: the extent is impossible; nothing was kept of it
  /// Lifetime: the whole is valid until the next call
  [[nodiscard]] FrameVerdict add(IpPacket& packet, std::int64_t now_ns);

  /// Gives up all that is incomplete, at the end of a capture.
  void clear();

  [[nodiscard]] std::size_t pending() const noexcept { return pending_.size(); }
  [[nodiscard]] std::size_t held_bytes() const noexcept { return held_bytes_; }
  /// Packets given up, each counted once.
  [[nodiscard]] const Counter& incomplete() const noexcept { return incomplete_; }
  /// Of those, packets whose first fragment never came: where a filter looks for ports, fragments of others.
  [[nodiscard]] const Counter& headless() const noexcept { return headless_; }

 private:
  static constexpr std::size_t kMaxPayload = 65535;
  static constexpr std::size_t kUnit = 8;  ///< fragments start at multiples of this

  struct Key {
    IpAddress source;
    IpAddress destination;
    std::uint32_t id = 0;
    std::uint8_t protocol = 0;  ///< IPv4 only; IPv6 fragments of one packet may differ in it
    bool is_v6 = false;

    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };

  struct Pending {
    Key key;
    std::int64_t first_ns = 0;
    std::vector<std::uint8_t> bytes;                ///< up to the highest end seen
    std::bitset<(kMaxPayload + 1) / kUnit> filled;  ///< which units of `bytes` have come
    std::size_t received = 0;
    std::optional<std::size_t> total;  ///< known once the last fragment has come
    std::uint8_t protocol = 0;         ///< of the first fragment
    bool given_up = false;             ///< stays to swallow the fragments that are still to come
  };
  using PendingList = std::list<Pending>;  ///< oldest first

  PendingList::iterator find_or_start(const Key& key, std::int64_t now_ns);
  [[nodiscard]] bool has_expired(const Pending& pending, std::int64_t now_ns) const noexcept;
  /// Returns: false if the fragment contradicts what came before.
  bool insert(Pending& pending, const IpPacket& fragment);
  void give_up(Pending& pending);
  void remove(PendingList::iterator entry);
  void enforce_limits();

  ReassemblyLimits limits_;
  PendingList pending_;
  std::unordered_map<Key, PendingList::iterator, KeyHash> by_key_;
  std::size_t held_bytes_ = 0;
  std::vector<std::uint8_t> whole_;
  Counter incomplete_;
  Counter headless_;
};

}  // namespace flowcef
