#include "flowcef/sink/host_resolver.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

namespace flowcef {
namespace asio = boost::asio;
namespace {

asio::ip::address to_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof v4);
    return asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  sockaddr_in6 v6;
  std::memcpy(&v6, &address, sizeof v6);
  asio::ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return asio::ip::address_v6(bytes, v6.sin6_scope_id);
}

HostResolver::Result look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;  // any one type: otherwise each address comes once for every type
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (status != 0) return {{}, ::gai_strerror(status)};

  HostResolver::Result result;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
    const asio::ip::address address = to_address(*entry->ai_addr);
    if (std::ranges::find(result.addresses, address) == result.addresses.end()) {
      result.addresses.push_back(address);
    }
  }
  ::freeaddrinfo(found);
  if (result.addresses.empty()) result.error = "name has no address";
  return result;
}

}  // namespace

/// Outlives the resolver if a look-up does.
struct HostResolver::Link {
  std::mutex mutex;
  asio::io_context* io;  ///< null once the resolver is gone

  void post(Handler handler, Result result) {
    const std::lock_guard lock(mutex);
    if (io == nullptr) return;
    asio::post(*io,
               [handler = std::move(handler), result = std::move(result)]() mutable { handler(std::move(result)); });
  }
};

HostResolver::HostResolver(asio::io_context& io) : link_(std::make_shared<Link>()) {
  link_->io = &io;
}

HostResolver::~HostResolver() {
  const std::lock_guard lock(link_->mutex);
  link_->io = nullptr;
}

void HostResolver::resolve(const std::string& host, Handler handler) {
  boost::system::error_code not_numeric;
  const asio::ip::address address = asio::ip::make_address(host, not_numeric);
  if (!not_numeric) return link_->post(std::move(handler), {{address}, {}});
  std::thread([link = link_, host, handler = std::move(handler)]() mutable {
    Result result = look_up(host);
    link->post(std::move(handler), std::move(result));
  }).detach();
}

std::string host_and_port(const std::string& host, std::uint16_t port) {
  const bool bare_ipv6 = host.find(':') != std::string::npos;
  return (bare_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace flowcef
