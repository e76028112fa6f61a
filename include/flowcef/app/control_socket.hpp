// Where `flowcef reload` reaches the running bridge: a Unix socket in the state directory.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "flowcef/app/reloader.hpp"
#include "flowcef/log/log.hpp"

namespace boost::asio {
class io_context;
}

namespace flowcef {

/// Only the bridge's own user and root can connect. One request a connection: the line `reload`; the answer is the line
/// `done` or `failed` and the result's text.
/// Thread:   that of the io_context, which calls the handler as well.
/// Lifetime: the io_context must outlive it.
class ControlSocket {
 public:
  /// What is wrong with the socket is logged: the bridge runs without it, and SIGHUP does the same.
  ControlSocket(boost::asio::io_context& context, const std::filesystem::path& state_dir,
                std::function<ReloadResult()> reload, const Logger& log);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  ///< null: there is no socket
};

/// Asks the bridge whose state directory that is for a reload, and waits for the answer.
/// Errors: in words: nobody answers there, or not to this user.
[[nodiscard]] std::expected<ReloadResult, std::string> request_reload(const std::filesystem::path& state_dir);

}  // namespace flowcef
