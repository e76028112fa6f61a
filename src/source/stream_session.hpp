// One connection: its socket, plain or under TLS, and the framer that cuts what it brings. Waits for nothing.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "flowcef/core/ip_address.hpp"
#include "session_framer.hpp"

namespace flowcef {

/// Thread: one.
class StreamSession {
 public:
  using Error = boost::system::error_code;
  using Socket = boost::asio::ip::tcp::socket;

  /// Input: `tls` is null for plain TCP; `idle_timeout` 0: none.
  StreamSession(Socket socket, StreamContent content, std::shared_ptr<boost::asio::ssl::context> tls,
                std::chrono::milliseconds idle_timeout, const Endpoint& peer, const Endpoint& local);
  StreamSession(const StreamSession&) = delete;
  StreamSession& operator=(const StreamSession&) = delete;

  /// Goes on with the TLS handshake as far as what came allows. Returns: would_block: more is needed.
  [[nodiscard]] Error handshake();
  [[nodiscard]] bool is_secured() const noexcept { return secured_; }  ///< or plain

  /// Reads what there is, once, without waiting. Returns: 0 and an error; would_block: nothing has come.
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> room, Error& error);

  /// Returns: an error of handshake() or read() for the user, with the certificate's if that is why.
  [[nodiscard]] std::string describe(const Error& error);

  /// Says goodbye as far as that takes no waiting, and closes.
  void close();

  Socket socket;
  const std::uint64_t number;  ///< unique in the process, never 0
  const Endpoint peer;
  const Endpoint local;
  const std::chrono::milliseconds idle_timeout;  ///< 0: none
  SessionFramer framer;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  bool has_more = false;  ///< its last turn ended before it was empty

 private:
  std::shared_ptr<boost::asio::ssl::context> tls_settings_;  ///< another may hold for later sessions
  std::optional<boost::asio::ssl::stream<Socket&>> tls_;
  bool secured_;
};

}  // namespace flowcef
