// Tells the service manager that started the program, systemd as a rule, how it is doing.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "flowcef/core/file_descriptor.hpp"

namespace flowcef {

/// Datagrams of `NAME=value` lines to the socket that the environment names. Without one nothing happens.
/// Thread: one.
/// Source: sd_notify(3), sd_watchdog_enabled(3)
class ServiceManager {
 public:
  /// What the service manager has put into the environment; null: nothing.
  struct Environment {
    const char* notify_socket = nullptr;
    const char* watchdog_usec = nullptr;
    const char* watchdog_pid = nullptr;

    [[nodiscard]] static Environment of_this_process();
  };

  explicit ServiceManager(const Environment& environment);

  [[nodiscard]] bool is_there() const noexcept { return socket_.is_open(); }
  /// Returns: how long the service manager waits for a sign of life before it ends the program; nothing: for ever.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const noexcept { return watchdog_; }
  /// Input: one or more lines such as `READY=1`. What cannot be sent is lost: nobody could be told.
  void tell(const std::string& lines) const;

 private:
  FileDescriptor socket_;
  sockaddr_un address_{};
  socklen_t address_length_ = 0;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace flowcef
