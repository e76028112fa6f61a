// The sockets through which one target gets datagrams of exporters, each bound to its exporter's address and port.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>

#include "flowcef/core/file_descriptor.hpp"
#include "flowcef/core/ip_address.hpp"
#include "flowcef/core/lru_table.hpp"

namespace flowcef {

/// How many sockets all targets keep open together. Thread: any.
class SocketBudget {
 public:
  static constexpr std::uint32_t kFewest = 64;  ///< that each target may have, whatever the others have

  explicit SocketBudget(std::uint32_t most) noexcept : most_(most) {}

  /// Returns: that of this process: a quarter of the files that it may open, 16,384 at most.
  [[nodiscard]] static SocketBudget& of_process() noexcept;

  [[nodiscard]] std::uint32_t most() const noexcept { return most_; }
  [[nodiscard]] bool has_room(std::size_t own) const noexcept { return open_ < most_ || own < kFewest; }
  void add(std::ptrdiff_t sockets) noexcept { open_ += sockets; }

 private:
  const std::uint32_t most_;
  std::atomic<std::ptrdiff_t> open_ = 0;
};

/// Where the budget or the process's files are used up, the one that was not needed for longest makes room.
/// Thread:   one.
/// Lifetime: the budget outlives it.
class TransparentSockets {
 public:
  TransparentSockets(const Endpoint& to, SocketBudget& budget)
      : to_(to), budget_(budget), sockets_(std::max(budget.most(), SocketBudget::kFewest)) {}
  TransparentSockets(const TransparentSockets&) = delete;
  TransparentSockets& operator=(const TransparentSockets&) = delete;
  ~TransparentSockets() { budget_.add(-static_cast<std::ptrdiff_t>(sockets_.size())); }

  /// Returns: the socket, open until the next call.
  /// Errors:  as open_replicate_socket()
  [[nodiscard]] std::expected<int, int> socket_of(const Endpoint& exporter);
  /// Has the next datagram of the exporter open a socket anew.
  void forget(const Endpoint& exporter);

  [[nodiscard]] std::size_t size() const noexcept { return sockets_.size(); }

 private:
  struct Hash {
    [[nodiscard]] std::size_t operator()(const Endpoint& endpoint) const noexcept;
  };

  void drop_oldest();

  Endpoint to_;
  SocketBudget& budget_;
  LruTable<Endpoint, FileDescriptor, Hash> sockets_;
};

}  // namespace flowcef
