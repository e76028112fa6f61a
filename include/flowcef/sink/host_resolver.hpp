// Looks up host names without holding up the asking thread, also not at its end.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace flowcef {

/// asio's own resolver joins its look-up thread when the io_context goes, and getaddrinfo() may take half a
/// minute to give up on a dead name server: longer than a stop may take. Here the look-up is left to itself
/// instead. Thread: the io_context's.
class HostResolver {
 public:
  struct Result {
    std::vector<boost::asio::ip::address> addresses;
    std::string error;  ///< why there are none
  };
  using Handler = std::function<void(Result)>;

  explicit HostResolver(boost::asio::io_context& io);
  ~HostResolver();
  HostResolver(const HostResolver&) = delete;
  HostResolver& operator=(const HostResolver&) = delete;

  /// Input:  a name, or a numeric address, for which nobody is asked.
  /// Thread: `handler` is called on the io_context's thread, later, unless the resolver is gone by then.
  void resolve(const std::string& host, Handler handler);

 private:
  struct Link;
  std::shared_ptr<Link> link_;
};

/// Returns: `siem.example:514`, `192.0.2.1:514` or `[2001:db8::1]:514`.
[[nodiscard]] std::string host_and_port(const std::string& host, std::uint16_t port);

}  // namespace flowcef
