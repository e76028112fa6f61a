// How far a TCP connection is, as the kernel knows it: Linux's TCP_INFO.
#pragma once

#include <cstdint>

namespace flowcef {

/// For each connection a new one.
class TcpMeter {
 public:
  struct Reading {
    std::uint64_t acknowledged = 0;  ///< bytes that the peer's TCP has acknowledged since the meter was made
    std::uint64_t send_window = 0;   ///< bytes that it would take beyond
    bool stalled = false;            ///< it answers, but takes nothing, while there is something to be sent
  };

  TcpMeter() = default;
  /// Input: a connected socket on which nothing was written yet.
  explicit TcpMeter(int socket);

  /// Also after a reset, as long as the socket is open.
  /// Input:   `written`: bytes that the socket took, at which the acknowledged ones end: a FIN counts too.
  /// Returns: what the last reading said if there is nothing to be had.
  Reading read(std::uint64_t written);

 private:
  int socket_ = -1;
  std::uint64_t at_connect_ = 0;  ///< the SYN's
  Reading latest_;
};

}  // namespace flowcef
