// The sockets through which one target gets datagrams of exporters, each bound to its exporter's address and port.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>

#include "flowcef/core/file_descriptor.hpp"
#include "flowcef/core/ip_address.hpp"
#include "flowcef/core/lru_table.hpp"

namespace flowcef {

/// Keeps so many open; the one that was not needed for longest makes room.
/// Thread: one.
class TransparentSockets {
 public:
  TransparentSockets(const Endpoint& to, std::uint32_t capacity) : to_(to), sockets_(capacity) {}

  /// Returns: the socket, open until the next call.
  /// Errors:  as open_replicate_socket()
  [[nodiscard]] std::expected<int, int> socket_of(const Endpoint& exporter);
  /// Has the next datagram of the exporter open a socket anew.
  void forget(const Endpoint& exporter);

  [[nodiscard]] std::size_t size() const noexcept { return sockets_.size(); }

  /// Returns: how many a target may keep open, of the files that this process may: 64 to 4096.
  [[nodiscard]] static std::uint32_t default_capacity() noexcept;

 private:
  struct Hash {
    [[nodiscard]] std::size_t operator()(const Endpoint& endpoint) const noexcept;
  };

  Endpoint to_;
  LruTable<Endpoint, FileDescriptor, Hash> sockets_;
};

}  // namespace flowcef
