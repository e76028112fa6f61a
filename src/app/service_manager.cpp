#include "flowcef/app/service_manager.hpp"

#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace flowcef {
namespace {

std::optional<std::uint64_t> parse_number(const char* text) {
  if (text == nullptr) return std::nullopt;
  const std::string_view digits(text);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

/// A path, or `@` and a name of the abstract namespace.
/// Returns: 0 if it is neither.
socklen_t read_address(std::string_view name, sockaddr_un& address) {
  if (name.size() < 2 || name.size() >= sizeof address.sun_path || (name[0] != '/' && name[0] != '@')) return 0;
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path, name.size());
  const std::size_t end = name.size() + (name[0] == '/' ? 1 : 0);
  if (name[0] == '@') address.sun_path[0] = '\0';
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + end);
}

}  // namespace

ServiceManager::Environment ServiceManager::Environment::of_this_process() {
  return {std::getenv("NOTIFY_SOCKET"), std::getenv("WATCHDOG_USEC"), std::getenv("WATCHDOG_PID")};
}

ServiceManager::ServiceManager(const Environment& environment) {
  if (environment.notify_socket == nullptr) return;
  address_length_ = read_address(environment.notify_socket, address_);
  if (address_length_ == 0) return;
  socket_ = FileDescriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto interval = parse_number(environment.watchdog_usec);
  const auto process = parse_number(environment.watchdog_pid);
  const bool is_meant = environment.watchdog_pid == nullptr || process == static_cast<std::uint64_t>(::getpid());
  if (interval && *interval != 0 && is_meant) {
    watchdog_ = std::chrono::microseconds(*interval);
  }
}

void ServiceManager::tell(const std::string& lines) const {
  if (!socket_.is_open()) return;
  static_cast<void>(::sendto(socket_.get(), lines.data(), lines.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&address_), address_length_));
}

}  // namespace flowcef
