// A UDP socket that is connected to one address of a receiver and sends the lines of a batch, many to a system call.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstddef>
#include <expected>
#include <span>
#include <string>

#include "flowcef/map/line_batch.hpp"
#include "flowcef/sink/packet_sizes.hpp"
#include "flowcef/sink/sink_config.hpp"

namespace flowcef {

/// Thread: the io_context's.
class DatagramSocket {
 public:
  /// Datagrams per system call.
  static constexpr std::size_t kGroup = 256;

  struct Failure {
    int error;         ///< errno
    std::string text;  ///< for people, with what to do where that is not plain
  };

  explicit DatagramSocket(boost::asio::io_context& io) : socket_(io) {}

  /// Opens another socket in place of the one in use, as `config` says: port, source, fragments.
  /// Errors: those of socket(), bind() and connect(); the socket in use then stays.
  [[nodiscard]] std::expected<void, Failure> connect(const SinkConfig& config,
                                                     const boost::asio::ip::address& receiver);

  /// What the path to the receiver takes, as the kernel knows it now.
  [[nodiscard]] PacketSizes packet_sizes();
  [[nodiscard]] bool is_v4() const { return version_ == IpVersion::v4; }

  /// Sends each line as one datagram without its framing, kGroup at most; does not wait.
  /// Returns: how many lines the kernel took; -1 and errno if it did not take the first.
  [[nodiscard]] int send(const LineBatch& batch, std::span<const LineRef> lines);
  /// Waits until the socket has room again, or is replaced.
  [[nodiscard]] boost::asio::awaitable<void> room();

 private:
  boost::asio::ip::udp::socket socket_;
  IpVersion version_ = IpVersion::v4;
  std::size_t fragment_mtu_ = 0;  ///< fragments are no larger, whatever the path takes; 0: they may be
  bool fragments_ = true;         ///< a message that is too large for a packet becomes some
  std::array<mmsghdr, kGroup> messages_{};
  std::array<iovec, kGroup> pieces_{};
};

}  // namespace flowcef
