// Reads the UDP sockets of one ingest worker in batches and hands every datagram on.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "flowcef/core/counter.hpp"
#include "flowcef/log/log.hpp"
#include "flowcef/source/datagram.hpp"
#include "flowcef/source/udp_socket.hpp"

namespace boost::asio {
class io_context;
}

namespace flowcef {

/// No UDP datagram is longer, so none is cut unless a smaller buffer is asked for.
inline constexpr std::size_t kMaxDatagramBytes = 65535;

/// datagrams = handed on + truncated
struct UdpSourceCounts {
  Counter datagrams;     ///< taken off the sockets
  Counter bytes;         ///< of their payload
  Counter truncated;     ///< longer than the buffer; not handed on
  Counter empty;         ///< without payload; handed on, for decode to refuse
  Counter kernel_drops;  ///< dropped by the kernel, almost always because the receive buffer was full
};

struct UdpSourceHandlers {
  std::function<void(const Datagram&)> on_datagram;
  /// Called once all sockets have been drained after datagrams came, for the worker to flush its batches.
  /// Under overload a socket may never be empty, so that batches must have limits of their own.
  std::function<void()> on_idle;
};

/// Its sockets may change while it runs: those that stay are read on, and its counts go on.
/// Thread: the one that runs the io_context, which calls the handlers as well; counts() from any.
/// Lifetime: the io_context must outlive it; the handlers are not called any more once it is destroyed.
class UdpSource {
 public:
  /// Input: the sockets of one worker as open_udp_sockets() returns them.
  UdpSource(boost::asio::io_context& context, std::vector<UdpSocket> sockets, Logger logger, UdpSourceHandlers handlers,
            std::size_t max_datagram_bytes = kMaxDatagramBytes);
  UdpSource(UdpSource&&) noexcept = default;
  UdpSource& operator=(UdpSource&&) = delete;
  ~UdpSource();

  void start();

  /// Hands on what the kernel has queued so far, then closes the sockets. Not from within a handler.
  void stop();

  /// Reads that socket as well, from now on if start() has been called.
  void add(UdpSocket socket);

  /// Hands on what the kernel has queued at an address, then closes its socket. The others go on.
  /// Input: the address as configured (UdpSocket::configured()). Not from within a handler.
  void remove(const Endpoint& configured);

  /// See set_receive_buffer() of a socket. Input: `warns`: says so if the system grants less; one worker of several
  /// that share their addresses is enough.
  void set_receive_buffer(std::size_t bytes, bool warns = true);

  /// Makes a user the owner of its sockets: only sockets of one user share a port.
  /// Errors: std::system_error
  void hand_over(unsigned uid);

  [[nodiscard]] const UdpSourceCounts& counts() const noexcept;
  [[nodiscard]] std::vector<Endpoint> local_endpoints() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace flowcef
