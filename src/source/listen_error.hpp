// Why a socket cannot be listened on, with what to do about it.
#pragma once

#include <spdlog/fmt/fmt.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "flowcef/core/ip_address.hpp"

namespace flowcef {

/// what(): `cannot listen on 0.0.0.0:2055: Address already in use (what to do)`
class ListenError : public std::system_error {
 public:
  /// Input: `show_sockets`: the command that lists sockets of this kind with their owners.
  ListenError(int error, const Endpoint& address, const char* show_sockets)
      : std::system_error(error, std::generic_category()),
        text_(fmt::format("cannot listen on {}: {}{}", address.to_string(), code().message(),
                          hint(error, show_sockets))) {}

  [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

 private:
  static std::string hint(int error, const char* show_sockets) {
    switch (error) {
      case EADDRINUSE:
        return fmt::format(" (is another collector running? {} shows it)", show_sockets);
      case EADDRNOTAVAIL:
        return " (no interface has this address; ip address lists them)";
      case EACCES:
        return " (ports below 1024 need root or CAP_NET_BIND_SERVICE)";
      case EAFNOSUPPORT:
        return " (IPv6 is switched off on this host)";
      default:
        return "";
    }
  }

  std::string text_;
};

}  // namespace flowcef
