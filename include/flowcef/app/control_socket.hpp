// Where `flowcef reload` and `flowcef status` reach the running bridge: a Unix socket in the state directory.
#pragma once

#include <chrono>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "flowcef/log/log.hpp"

namespace boost::asio {
class io_context;
}

namespace flowcef {

struct ControlAnswer {
  bool done = false;
  std::string text;  ///< lines, each ended by LF
};

/// What the bridge can be asked to do, by the word that asks for it.
using ControlRequests = std::map<std::string, std::function<ControlAnswer()>, std::less<>>;

/// Only the bridge's own user and root can connect. One request a connection: a line with its word; the answer is the
/// line `done` or `failed` and the text. What it does not know it does not answer.
/// Thread:   that of the io_context, which calls the functions as well.
/// Lifetime: the io_context must outlive it.
class ControlSocket {
 public:
  /// What is wrong with the socket is logged: the bridge runs without it, and SIGHUP does the same.
  ControlSocket(boost::asio::io_context& context, const std::filesystem::path& state_dir, ControlRequests requests,
                const Logger& log);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  ///< null: there is no socket
};

/// Asks the bridge whose state directory that is, and waits for the answer that long.
/// Errors: in words: nobody answers there, not to this user, or not in time.
[[nodiscard]] std::expected<ControlAnswer, std::string> ask_bridge(const std::filesystem::path& state_dir,
                                                                   const std::string& request,
                                                                   std::chrono::milliseconds patience);

}  // namespace flowcef
