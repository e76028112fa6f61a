#include "listener_set.hpp"

#include <algorithm>
#include <utility>

#include "flowcef/source/listen_change.hpp"
#include "stream_listener.hpp"

namespace flowcef {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

namespace {

constexpr int kAcceptsPerTurn = 64;  ///< then the sessions get their turn
constexpr int kQueuedConnections = tcp::acceptor::max_listen_connections;

/// Has listeners that overlap with an address share its port, for as long as it lives. Otherwise the kernel lets nobody
/// listen on 192.0.2.1 before the one on 0.0.0.0 is closed.
class PortSharing {
 public:
  PortSharing(const std::vector<StreamListenerRef>& listeners, const Endpoint& address) {
    for (const StreamListenerRef& listener : listeners) {
      if (share_port(listener->configured, address)) sharing_.push_back(listener);
    }
    set(true);
  }
  PortSharing(const PortSharing&) = delete;
  PortSharing& operator=(const PortSharing&) = delete;
  ~PortSharing() { set(false); }

  void add(const StreamListenerRef& listener) { sharing_.push_back(listener); }
  [[nodiscard]] bool is_needed() const { return !sharing_.empty(); }

 private:
  void set(bool shared) {
    for (const StreamListenerRef& listener : sharing_) set_port_sharing(listener->acceptor, shared);
  }

  std::vector<StreamListenerRef> sharing_;
};

/// Returns: the listener of that address, taken out; null if there is none.
StreamListenerRef take(std::vector<StreamListenerRef>& from, const Endpoint& configured) {
  const auto found = std::ranges::find(from, configured, [](const StreamListenerRef& one) { return one->configured; });
  if (found == from.end()) return nullptr;
  StreamListenerRef taken = std::move(*found);
  from.erase(found);
  return taken;
}

std::vector<Endpoint> configured_addresses(const std::vector<StreamListenerRef>& listeners) {
  std::vector<Endpoint> addresses;
  for (const StreamListenerRef& listener : listeners) addresses.push_back(listener->configured);
  return addresses;
}

}  // namespace

std::vector<StreamListenerRef> ListenerSet::open_missing(const std::vector<Endpoint>& listen) const {
  const ListenChange change = listen_change(configured_addresses(listeners_), listen);
  std::vector<StreamListenerRef> present = listeners_;
  std::vector<StreamListenerRef> leaving;
  for (const Endpoint& address : change.removed) leaving.push_back(take(present, address));
  std::vector<StreamListenerRef> opened;
  for (const Endpoint& address : change.added) {
    PortSharing sharing(leaving, address);
    tcp::acceptor acceptor = open_acceptor(context_, address, sharing.is_needed());
    const Endpoint local = to_endpoint(acceptor.local_endpoint());
    opened.push_back(std::make_shared<StreamListener>(address, local, std::move(acceptor)));
    sharing.add(opened.back());
  }
  return opened;
}

void ListenerSet::become(const std::vector<Endpoint>& listen, std::vector<StreamListenerRef> opened) {
  std::vector<StreamListenerRef> before = std::exchange(listeners_, {});
  for (const Endpoint& address : listen) {
    StreamListenerRef listener = take(before, address);
    if (listener == nullptr) {
      listener = take(opened, address);
      if (started_) wait(listener);
    }
    listeners_.push_back(std::move(listener));
  }
  for (const StreamListenerRef& listener : before) {
    static_cast<void>(accept(*listener, kQueuedConnections));
    Error ignored;
    static_cast<void>(listener->acceptor.close(ignored));
  }
}

void ListenerSet::start() {
  started_ = true;
  for (const StreamListenerRef& listener : listeners_) wait(listener);
}

void ListenerSet::take_queued() {
  for (const StreamListenerRef& listener : listeners_) static_cast<void>(accept(*listener, kQueuedConnections));
}

void ListenerSet::retry() {
  for (const StreamListenerRef& listener : listeners_) {
    if (std::exchange(listener->paused, false)) wait(listener);
  }
}

void ListenerSet::close() {
  Error ignored;
  for (const StreamListenerRef& listener : listeners_) static_cast<void>(listener->acceptor.close(ignored));
}

std::vector<Endpoint> ListenerSet::local_endpoints() const {
  std::vector<Endpoint> endpoints;
  for (const StreamListenerRef& listener : listeners_) endpoints.push_back(listener->local);
  return endpoints;
}

/// A listener that is open belongs to a set that is alive: whoever leaves it, or outlives it, is closed.
void ListenerSet::wait(const StreamListenerRef& listener) {
  listener->acceptor.async_wait(tcp::acceptor::wait_read, [this, listener](const Error& failure) {
    if (failure == asio::error::operation_aborted || !listener->acceptor.is_open()) return;
    const Error error = accept(*listener, kAcceptsPerTurn);
    if (!error || error == asio::error::would_block) return wait(listener);
    listener->paused = true;
    handlers_.on_problem(listener->local, error.message());
  });
}

/// Returns: why it took no more than it did; would_block: there was no more.
Error ListenerSet::accept(StreamListener& listener, int limit) {
  Error error;
  for (int i = 0; i < limit && !error; ++i) {
    tcp::socket socket = listener.acceptor.accept(error);
    if (!error) {
      handlers_.on_connection(std::move(socket), listener.local);
    } else if (error == asio::error::connection_aborted) {
      error.clear();
    }
  }
  return error;
}

}  // namespace flowcef
