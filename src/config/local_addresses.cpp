#include "flowcef/config/local_addresses.hpp"

#include <ifaddrs.h>

#include <algorithm>

#include "flowcef/core/socket_address.hpp"

namespace flowcef {
namespace {

bool is_wildcard(const IpAddress& address) {
  return address.is_unspecified() || (address.is_v4() && load_be<std::uint32_t>(address.ipv4_bytes()) == 0);
}

/// Every address of 127.0.0.0/8 is this host's, though its interface names one of them.
bool is_loopback(const IpAddress& address) {
  return address.is_v4() ? address.ipv4_bytes()[0] == 127 : address == IpAddress::parse("::1");
}

}  // namespace

std::vector<IpAddress> local_addresses() {
  std::vector<IpAddress> addresses;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return addresses;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    SocketAddress address;
    if (entry->ifa_addr->sa_family == AF_INET) {
      std::memcpy(&address.storage, entry->ifa_addr, sizeof(sockaddr_in));
    } else if (entry->ifa_addr->sa_family == AF_INET6) {
      std::memcpy(&address.storage, entry->ifa_addr, sizeof(sockaddr_in6));
    } else {
      continue;
    }
    addresses.push_back(address.to_endpoint().address);
  }
  ::freeifaddrs(first);
  return addresses;
}

bool reaches(const Endpoint& to, const Endpoint& listener, const std::vector<IpAddress>& local) {
  if (to.port != listener.port || to.address.is_v4() != listener.address.is_v4()) return false;
  if (to.address == listener.address) return true;
  return is_wildcard(listener.address) &&
         (is_loopback(to.address) || std::ranges::find(local, to.address) != local.end());
}

}  // namespace flowcef
