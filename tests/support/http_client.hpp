// Asks an HTTP server on a loopback address, by whatever bytes a test wants.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "flowcef/core/file_descriptor.hpp"

namespace flowcef::test {

/// Returns: none if nobody listens there.
inline FileDescriptor connect_to(const std::string& address, std::uint16_t port) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &to.sin_addr);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return {};
  return socket;
}

inline void send_text(const FileDescriptor& socket, std::string_view text) {
  static_cast<void>(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL));
}

struct HttpReply {
  std::string text;        ///< all that came
  bool is_closed = false;  ///< by the server, within the time
};

/// Reads until the server hangs up, or nothing more comes for a while.
inline HttpReply read_reply(const FileDescriptor& socket, int patience_ms = 5'000) {
  HttpReply reply;
  pollfd ready{socket.get(), POLLIN, 0};
  while (::poll(&ready, 1, patience_ms) == 1) {
    std::array<char, 4096> bytes;
    const ssize_t count = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
    if (count <= 0) {
      reply.is_closed = true;
      break;
    }
    reply.text.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return reply;
}

/// Returns: the answer; empty if there is none.
inline std::string ask_http(const std::string& address, std::uint16_t port, std::string_view request) {
  const FileDescriptor socket = connect_to(address, port);
  if (socket.get() < 0) return {};
  send_text(socket, request);
  return read_reply(socket).text;
}

}  // namespace flowcef::test
