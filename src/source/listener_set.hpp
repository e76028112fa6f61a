// The TCP sockets that a source listens on, which may change while connections come. Knows no sessions.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flowcef/core/ip_address.hpp"

namespace flowcef {

struct StreamListener {
  Endpoint configured;
  Endpoint local;  ///< with the port that was bound where the configuration says 0
  boost::asio::ip::tcp::acceptor acceptor;
  bool paused = false;  ///< accepting failed
};

/// Shared with the handler that waits, which may come after the listener was removed.
using StreamListenerRef = std::shared_ptr<StreamListener>;

/// Thread: the one that runs the io_context, but for open_missing().
/// Lifetime: the io_context must outlive it; the handlers are not called any more once it is destroyed.
class ListenerSet {
 public:
  struct Handlers {
    std::function<void(boost::asio::ip::tcp::socket socket, const Endpoint& local)> on_connection;
    /// The listener takes nothing more until retry().
    std::function<void(const Endpoint& local, const std::string& error)> on_problem;
  };

  ListenerSet(boost::asio::io_context& context, Handlers handlers)
      : context_(context), handlers_(std::move(handlers)) {}
  ListenerSet(const ListenerSet&) = delete;
  ListenerSet& operator=(const ListenerSet&) = delete;
  ~ListenerSet() { close(); }

  /// Opens those of `listen` that the set does not have; the kernel queues their connections. One may overlap at its
  /// port with one that `listen` has no more, as 192.0.2.1 does with 0.0.0.0.
  /// Errors: see open_acceptor(); nothing is open then that was not before
  /// Thread: any, while nobody calls become()
  [[nodiscard]] std::vector<StreamListenerRef> open_missing(const std::vector<Endpoint>& listen) const;

  /// Has exactly `listen` from now on: those it has go on with their queues, those of `opened` are added, from the others
  /// it takes the connections that have come, and closes them.
  /// Input: `opened` as open_missing() returned it for that list
  void become(const std::vector<Endpoint>& listen, std::vector<StreamListenerRef> opened);

  void start();
  /// Takes the connections that the kernel has queued, as many as it queues at the most.
  void take_queued();
  void retry();
  void close();

  [[nodiscard]] std::vector<Endpoint> local_endpoints() const;

 private:
  void wait(const StreamListenerRef& listener);
  boost::system::error_code accept(StreamListener& listener, int limit);

  boost::asio::io_context& context_;
  Handlers handlers_;
  std::vector<StreamListenerRef> listeners_;
  bool started_ = false;
};

}  // namespace flowcef
