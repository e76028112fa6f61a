#include "flowcef/sink/tcp_meter.hpp"

// netinet/tcp.h lacks the newer members, and both cannot be included.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>

namespace flowcef {
namespace {

/// A peer that is alive answers the first probe of its closed window, or one of the next.
constexpr std::uint8_t kUnansweredProbes = 5;

std::optional<tcp_info> read_info(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  return info;
}

}  // namespace

TcpMeter::TcpMeter(int socket) : socket_(socket) {
  if (const auto info = read_info(socket)) at_connect_ = info->tcpi_bytes_acked;
}

TcpMeter::Reading TcpMeter::read(std::uint64_t written) {
  const auto info = read_info(socket_);
  if (!info) return latest_;
  latest_.acknowledged = std::min<std::uint64_t>(info->tcpi_bytes_acked - at_connect_, written);
  latest_.send_window = info->tcpi_snd_wnd;
  latest_.stalled = info->tcpi_notsent_bytes > 0 && info->tcpi_unacked == 0 &&
                    info->tcpi_snd_wnd < info->tcpi_snd_mss && info->tcpi_probes <= kUnansweredProbes;
  return latest_;
}

}  // namespace flowcef
